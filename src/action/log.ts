import { debug, endGroup, info, setFailed, startGroup, warning } from "@actions/core";
import type { LogGroup } from "../display/lineDisplay.js";
import type { Log } from "../display/log.js";
import { describeError } from "../text/describeError.js";
import { printable } from "../text/printable.js";

/** The log of the step; a warning is an annotation of the run as well. */
export const log: Log = {
  info: (message) => info(printable(message)),
  warn: (message) => warning(printable(message)),
};

export const logGroup: LogGroup = { start: (title) => startGroup(printable(title)), end: endGroup };

/** Fails the step with one annotation. */
export function fail(error: unknown): void {
  setFailed(describeError(error));
  if (error instanceof Error) {
    debug(error.stack ?? "");
  }
}
