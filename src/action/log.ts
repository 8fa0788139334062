import { debug, endGroup, info, setFailed, startGroup, warning } from "@actions/core";
import { describeError } from "../output/describeError.js";
import type { LogGroup } from "../output/lineDisplay.js";
import type { Log } from "../output/log.js";
import { printable } from "../output/text.js";

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
