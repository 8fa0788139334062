import type { DeploymentRequest, ReservedRequest } from "../queue/deployment.js";
import { InvalidValueError } from "../queue/errors.js";
import { parseFlag } from "../text/flags.js";
import { parseHold } from "../text/holds.js";
import { parseDeploymentId, parseSequence } from "../text/numbers.js";
import type { CommonInputs } from "./commonInputs.js";
import type { InputReader } from "./inputReader.js";
import { readOrderedRequest } from "./requestInputs.js";
import { cellIndex } from "./targets.js";
import { jobPage } from "./workflow.js";

/** What the modes take that wait for their turn. */
export interface TurnInputs extends CommonInputs {
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
}

/** A place that an earlier step has reserved. */
export interface Reservation {
  readonly reserved: ReservedRequest;
  /** Inputs that are given and not heeded: the reservation has said it. */
  readonly ignored: readonly string[];
  /** The same, as far as it is another one than that of the reservation. */
  readonly sequence: number | undefined;
}

export function readTurn(reader: InputReader, common: CommonInputs): TurnInputs {
  return {
    ...common,
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
