import type { Bypass } from "../queue/calls/history.js";
import type { DeploymentRequest, ReservedRequest } from "../queue/deployment.js";
import { InvalidValueError } from "../queue/errors.js";
import { inSeconds, parseDuration } from "../text/durations.js";
import { parseFlag } from "../text/flags.js";
import { parseHold } from "../text/holds.js";
import { parseDeploymentId, parsePriority, parseSequence } from "../text/numbers.js";
import { printable } from "../text/printable.js";
import { type CheckInputs, readCheck } from "./checkInputs.js";
import { type CommonInputs, readCommon } from "./commonInputs.js";
import { InputReader } from "./inputReader.js";
import { type AssertTarget, type CancelTarget, cellIndex, readAssertTarget, readCancelTarget } from "./targets.js";
import { readVerification } from "./verificationInputs.js";
import { jobPage, workflowFile } from "./workflow.js";

export interface StartInputs extends CommonInputs {
  readonly mode: "start" | "job";
  readonly wanted: DeploymentRequest | Reservation;
  /** Whether the step succeeds when a newer deployment makes its own needless. */
  readonly succeedsSuperseded: boolean;
  /** The text as it was given, because only the database knows its zone. */
  readonly notBefore: string | undefined;
  /** The environment whose newest version is deployed. */
  readonly latestFrom: string | undefined;
  /** In milliseconds, as the next one. */
  readonly waitTimeout: number | undefined;
  readonly warnAfter: number | undefined;
  /** Whether it runs in the hold of an earlier deployment of the job. */
  readonly join: boolean;
  readonly stopOnCancel: boolean;
}

/** A place that an earlier step has reserved. */
export interface Reservation {
  readonly reserved: ReservedRequest;
  /** Inputs that are given and not heeded: the reservation has said it. */
  readonly ignored: readonly string[];
  /** The same, as far as it is another one than that of the reservation. */
  readonly sequence: number | undefined;
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
        ...common,
        mode,
        wanted: readReservation(reader, common) ?? {
          hold: reader.parsed("hold", (text) => parseHold(text, "hold")),
          ...readOrderedRequest(reader, common),
        },
        succeedsSuperseded: reader.parsed("on-superseded", parseOnSuperseded) ?? false,
        notBefore: reader.optional("not-before"),
        latestFrom: readLatestFrom(reader),
        waitTimeout: reader.duration("wait-timeout"),
        warnAfter: reader.duration("warn-after"),
        join: reader.parsed("join", (text) => parseFlag(text, "join")) ?? false,
        stopOnCancel: reader.parsed("stop-on-cancel", (text) => parseFlag(text, "stop-on-cancel")) ?? false,
      };
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
    maxDuration: inSeconds(reader.duration("max-duration")),
  };
}

function readOrderedRequest(reader: InputReader, common: CommonInputs): DeploymentRequest {
  const sequence = reader.parsed("sequence", (text) => parseSequence(text, "sequence"));
  return {
    ...readRequest(reader, common),
    sequence,
    sequenceScope: sequence === undefined ? undefined : (reader.optional("sequence-scope") ?? workflowFile()),
    artifact: reader.optional("artifact"),
    confirmation: reader.optional("confirm"),
    rollbackOf: reader.parsed("rollback-of", parseDeploymentId),
    priority: reader.parsed("priority", (text) => parsePriority(text, "priority")),
  };
}

/** What a reservation has said. The sequence, which has a default, is compared with the one of the reservation. */
const saidBefore = [
  "note",
  "concurrency-key",
  "max-duration",
  "priority",
  "sequence-scope",
  "rollback-of",
  "hold",
  "not-before",
  "join",
];

/** Undefined when the step is to enter the line. Its place is known, and is compared where it is given. */
function readReservation(reader: InputReader, common: CommonInputs): Reservation | undefined {
  const reservation = reader.parsed("reservation-id", parseDeploymentId);
  return reservation === undefined
    ? undefined
    : {
        reserved: {
          reservation,
          environment: reader.optional("environment"),
          cloudProvider: reader.optional("cloud-provider"),
          region: reader.optional("region"),
          cellIndex: reader.parsed("cell-index", cellIndex),
          component: reader.optional("component"),
          version: reader.optional("version"),
          artifact: reader.optional("artifact"),
          confirmation: reader.optional("confirm"),
          url: reader.optional("url") ?? jobPage(common.job),
        },
        ignored: saidBefore.filter((name) => reader.optional(name) !== undefined),
        sequence: reader.parsed("sequence", (text) => parseSequence(text, "sequence")),
      };
}

function readLatestFrom(reader: InputReader): string | undefined {
  const latestFrom = reader.optional("latest-from");
  const others = ["version", "artifact", "reservation-id"].filter((name) => reader.optional(name) !== undefined);
  if (latestFrom !== undefined && others.length > 0) {
    reader.problem(`latest-from and ${others.join(", ")} do not go together`);
  }
  return latestFrom;
}

function parseOnSuperseded(text: string): boolean {
  if (text !== "fail" && text !== "succeed") {
    throw new InvalidValueError(`on-superseded must be fail or succeed, not "${text}"`);
  }
  return text === "succeed";
}

function readId(reader: InputReader): string {
  return reader.requiredParsed("deployment-id", parseDeploymentId) ?? "";
}
