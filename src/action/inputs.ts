import type { Bypass } from "../queue/calls/history.js";
import type { DeploymentRequest } from "../queue/deployment.js";
import { parseDuration } from "../text/durations.js";
import { parseFlag } from "../text/flags.js";
import { parseDeploymentId } from "../text/numbers.js";
import { printable } from "../text/printable.js";
import { type CheckInputs, readCheck } from "./checkInputs.js";
import { type CommonInputs, readCommon } from "./commonInputs.js";
import { InputReader } from "./inputReader.js";
import { readOrderedRequest, readRequest } from "./requestInputs.js";
import { type RunInputs, readRun } from "./runInputs.js";
import { type AssertTarget, type CancelTarget, readAssertTarget, readCancelTarget } from "./targets.js";
import { readTurn, type TurnInputs } from "./turnInputs.js";
import { readVerification } from "./verificationInputs.js";

export interface StartInputs extends TurnInputs {
  readonly mode: "start" | "job";
  readonly stopOnCancel: boolean;
}

export interface ReserveInputs extends CommonInputs {
  readonly mode: "reserve";
  readonly request: DeploymentRequest;
  /** In milliseconds. */
  readonly reserveFor: number;
}

export interface AssertInputs extends CommonInputs {
  readonly mode: "assert";
  readonly target: AssertTarget;
}

export interface FinishInputs extends CommonInputs {
  readonly mode: "finish";
  readonly id: string;
  /** Whether it was seen that what was deployed works. */
  readonly verified: boolean;
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
  | RunInputs
  | ReserveInputs
  | AssertInputs
  | FinishInputs
  | FailInputs
  | CancelInputs
  | InfoInputs
  | CheckInputs
  | ListOutliersInputs
  | ListCellsInputs
  | BypassInputs;

const modes = [
  "job",
  "run",
  "start",
  "reserve",
  "assert",
  "finish",
  "fail",
  "cancel",
  "info",
  "check",
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
    reader.problem(`mode must be one of ${modes.join(", ")}, not "${given}"`);
  }
  return reader.checked(mode && readMode(reader, mode, common));
}

function readMode(reader: InputReader, mode: (typeof modes)[number], common: CommonInputs): Inputs {
  if (mode === "job") {
    // For the post step: what is wrong with them is said before anything happens.
    readVerification(reader);
  }
  switch (mode) {
    case "job":
    case "start":
      return {
        ...readTurn(reader, common),
        mode,
        stopOnCancel: reader.parsed("stop-on-cancel", (text) => parseFlag(text, "stop-on-cancel")) ?? false,
      };
    case "run":
      return readRun(reader, common);
    case "reserve":
      return {
        ...common,
        mode,
        request: readOrderedRequest(reader, common),
        reserveFor: reader.requiredParsed("reserve-for", (text) => parseDuration(text, "reserve-for")) ?? 0,
      };
    case "assert":
      return { ...common, mode, target: readAssertTarget(reader) };
    case "finish":
      return {
        ...common,
        mode,
        id: readId(reader),
        verified: reader.parsed("verified", (text) => parseFlag(text, "verified")) ?? false,
        slackStartMessage: reader.optional("slack-start-message-id"),
      };
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
    case "check":
      return readCheck(reader, common);
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

function readId(reader: InputReader): string {
  return reader.requiredParsed("deployment-id", parseDeploymentId) ?? "";
}
