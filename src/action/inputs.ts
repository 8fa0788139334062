import type { Bypass } from "../queue/calls/history.js";
import type { DeploymentRequest } from "../queue/deployment.js";
import { parseFlag } from "../text/flags.js";
import { parseHold } from "../text/holds.js";
import { parseDeploymentId, parsePriority } from "../text/numbers.js";
import { printable } from "../text/printable.js";
import { type CommonInputs, readCommon } from "./commonInputs.js";
import { InputReader } from "./inputReader.js";
import { type AssertTarget, type CancelTarget, cellIndex, readAssertTarget, readCancelTarget } from "./targets.js";
import { jobPage } from "./workflow.js";

export interface StartInputs extends CommonInputs {
  readonly mode: "start" | "job";
  readonly request: DeploymentRequest;
  /** The text as it was given, because only the database knows its zone. */
  readonly notBefore: string | undefined;
  /** In milliseconds, as the next one. */
  readonly waitTimeout: number | undefined;
  readonly warnAfter: number | undefined;
  /** Whether it runs in the hold of an earlier deployment of the job. */
  readonly join: boolean;
  readonly stopOnCancel: boolean;
}

export interface AssertInputs extends CommonInputs {
  readonly mode: "assert";
  readonly target: AssertTarget;
}

export interface FinishInputs extends CommonInputs {
  readonly mode: "finish";
  readonly id: string;
  readonly slackStartMessage: string | undefined;
}

export interface FailInputs extends CommonInputs {
  readonly mode: "fail";
  readonly id: string;
  readonly note: string | undefined;
  readonly slackStartMessage: string | undefined;
}

export interface CancelInputs extends CommonInputs {
  readonly mode: "cancel";
  readonly target: CancelTarget;
  readonly note: string | undefined;
  readonly slackStartMessage: string | undefined;
}

export interface InfoInputs extends CommonInputs {
  readonly mode: "info";
  readonly id: string;
}

export interface ListOutliersInputs extends CommonInputs {
  readonly mode: "list-outliers";
}

export interface ListCellsInputs extends CommonInputs {
  readonly mode: "list-cells";
  readonly environment: string;
}

export interface BypassInputs extends CommonInputs {
  readonly mode: "bypass";
  readonly bypass: Bypass;
}

export type Inputs =
  | StartInputs
  | AssertInputs
  | FinishInputs
  | FailInputs
  | CancelInputs
  | InfoInputs
  | ListOutliersInputs
  | ListCellsInputs
  | BypassInputs;

const modes = [
  "job",
  "start",
  "assert",
  "finish",
  "fail",
  "cancel",
  "info",
  "list-outliers",
  "list-cells",
  "bypass",
] as const;

/**
 * Reads the inputs that the mode needs; others may hold anything.
 * @throws InvalidValueError that names everything that is wrong
 */
export function readInputs(): Inputs {
  const reader = new InputReader();
  const common = readCommon(reader);
  const given = reader.required("mode");
  const mode = modes.find((known) => known === given);
  if (mode === undefined && given !== "") {
    const former = given === "reserve" ? ". It was the default of the predecessor, which did not know it either" : "";
    reader.problem(`mode must be one of ${modes.join(", ")}, not "${given}"${former}`);
  }
  return reader.checked(mode && readMode(reader, mode, common));
}

function readMode(reader: InputReader, mode: (typeof modes)[number], common: CommonInputs): Inputs {
  switch (mode) {
    case "job":
    case "start":
      return {
        ...common,
        mode,
        request: {
          ...readRequest(reader, common),
          hold: reader.parsed("hold", (text) => parseHold(text, "hold")),
          priority: reader.parsed("priority", (text) => parsePriority(text, "priority")),
        },
        notBefore: reader.optional("not-before"),
        waitTimeout: reader.duration("wait-timeout"),
        warnAfter: reader.duration("warn-after"),
        join: reader.parsed("join", (text) => parseFlag(text, "join")) ?? false,
        stopOnCancel: reader.parsed("stop-on-cancel", (text) => parseFlag(text, "stop-on-cancel")) ?? false,
      };
    case "assert":
      return { ...common, mode, target: readAssertTarget(reader) };
    case "finish":
      return { ...common, mode, id: readId(reader), slackStartMessage: reader.optional("slack-start-message-id") };
    case "fail":
      return {
        ...common,
        mode,
        id: readId(reader),
        note: reader.parsed("cancellation-note", printable),
        slackStartMessage: reader.optional("slack-start-message-id"),
      };
    case "cancel":
      return {
        ...common,
        mode,
        target: readCancelTarget(reader),
        note: reader.parsed("cancellation-note", printable),
        slackStartMessage: reader.optional("slack-start-message-id"),
      };
    case "info":
      return { ...common, mode, id: readId(reader) };
    case "list-outliers":
      return { ...common, mode };
    case "list-cells":
      return { ...common, mode, environment: reader.required("environment") };
    case "bypass":
      return {
        ...common,
        mode,
        bypass: { ...readRequest(reader, common), note: reader.requiredParsed("note", printable) ?? "" },
      };
  }
}

function readRequest(reader: InputReader, common: CommonInputs): DeploymentRequest {
  return {
    environment: reader.required("environment"),
    cloudProvider: reader.required("cloud-provider"),
    region: reader.required("region"),
    cellIndex: reader.requiredParsed("cell-index", cellIndex) ?? 0,
    component: reader.required("component"),
    version: reader.optional("version"),
    url: reader.optional("url") ?? jobPage(common.job),
    // Commit messages have several lines.
    note: reader.parsed("note", printable),
    concurrencyKey: reader.optional("concurrency-key"),
    maxDuration: reader.duration("max-duration"),
  };
}

function readId(reader: InputReader): string {
  return reader.requiredParsed("deployment-id", parseDeploymentId) ?? "";
}
