import {
  AccessDeniedError,
  type DatabaseUnavailableError,
  DeployQueueError,
  InvalidValueError,
} from "../database/errors.js";
import { errorCode } from "../database/unavailable.js";
import { parameterProblem } from "./parameterProblem.js";

export {
  AccessDeniedError,
  ClosedError,
  DatabaseUnavailableError,
  DeployQueueError,
  InvalidValueError,
  SchemaError,
} from "../database/errors.js";
export { reasonOf } from "../database/reasons.js";

/** There is no deployment with this id (or url). */
export class DeploymentNotFoundError extends DeployQueueError {
  readonly exitCode = 3;
}

/** There is no such environment, or no cell there; or no deployment has had such a version. */
export class UnknownNameError extends DeployQueueError {
  readonly exitCode = 3;
}

/** There is no such freeze or maintenance window. */
export class PolicyNotFoundError extends DeployQueueError {
  readonly exitCode = 3;
}

/** A rule, or the state of a deployment, forbids it. */
export class RefusedError extends DeployQueueError {
  readonly exitCode: number = 4;
}

/** A higher sequence of its component has started. */
export class OutdatedError extends RefusedError {}

/** The phrase that its environment demands is wrong or missing. */
export class UnconfirmedError extends RefusedError {}

/** A rule forbids it because the deployment was cancelled. */
export class RefusedAsCancelledError extends RefusedError {}

/** Another process has taken the deployment over, or keeps it already. */
export class OtherKeeperError extends RefusedError {}

/** It cannot finish yet: another deployment still runs in its hold. */
export class HasPartsError extends RefusedError {}

/** It cannot finish: its policy requires that it is verified. */
export class UnverifiedError extends RefusedError {}

/** The log of the deployment has no more room. */
export class LogFullError extends RefusedError {}

/** A transaction that stays open has locked what the call needs. Nothing was changed; the call may be tried again. */
export class HeldUpError extends RefusedError {}

/** An obstacle that passes by itself, or once a person removes it. */
export type Obstacle = DatabaseUnavailableError | HeldUpError;

/** Of a role or a token that has not the right, or not any more. */
const denyingCodes: ReadonlySet<string | undefined> = new Set(["QD020", "QD072", "42501"]);

/** Whether the caller is not let in, or may not do this: trying again helps only once a person has changed that. */
export function isDenial(error: unknown): boolean {
  return error instanceof AccessDeniedError || (error instanceof RefusedError && denyingCodes.has(error.code));
}

/** The deployment was cancelled while its keeper waited for it or ran it. */
export class CancelledError extends DeployQueueError {
  readonly exitCode = 5;
}

/**
 * The database was away for so long that another deployment may start soon, or has lost the start in a fail-over: the work was ended
 * because of that.
 */
export class LostContactError extends DeployQueueError {
  readonly exitCode = 7;
}

/** The turn did not come within the time that the caller had. */
export class WaitTimeoutError extends DeployQueueError {
  readonly exitCode = 6;
}

/** Why something was given up: the reason of the signal when that is an error of ours, else a CancelledError. */
export function abortError(signal: AbortSignal, message = "the wait was given up"): DeployQueueError {
  const reason: unknown = signal.reason;
  return reason instanceof DeployQueueError ? reason : new CancelledError(message, { cause: reason });
}

/** @throws what abortError says */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw abortError(signal);
  }
}

type ErrorClass = new (message: string, options: { hint?: string | undefined; cause: unknown }) => DeployQueueError;

/** What the database says, as a class. Codes that are not here are bugs or outages and pass through. */
const classOfCode: Readonly<Record<string, ErrorClass>> = {
  QD001: DeploymentNotFoundError,
  QD002: UnknownNameError,
  QD003: RefusedError,
  QD004: RefusedError,
  QD005: RefusedAsCancelledError,
  QD006: RefusedError,
  QD007: RefusedError,
  QD008: InvalidValueError,
  QD009: InvalidValueError,
  QD010: RefusedError,
  QD011: RefusedError,
  QD012: RefusedError,
  QD013: RefusedError,
  QD020: RefusedError,
  QD021: RefusedError,
  QD022: InvalidValueError,
  QD023: PolicyNotFoundError,
  QD024: InvalidValueError,
  QD025: RefusedError,
  QD026: InvalidValueError,
  QD027: PolicyNotFoundError,
  QD028: RefusedError,
  QD029: RefusedError,
  QD030: InvalidValueError,
  QD031: HeldUpError,
  QD032: RefusedError,
  QD033: HasPartsError,
  QD034: OtherKeeperError,
  QD035: RefusedError,
  QD036: RefusedError,
  QD037: RefusedError,
  QD038: RefusedError,
  QD039: RefusedError,
  QD040: RefusedError,
  QD041: InvalidValueError,
  QD042: RefusedError,
  QD043: UnknownNameError,
  QD044: RefusedError,
  QD048: RefusedError,
  QD050: OutdatedError,
  QD051: RefusedError,
  QD052: RefusedError,
  QD053: RefusedError,
  QD054: RefusedError,
  QD055: RefusedError,
  QD058: UnverifiedError,
  QD059: RefusedError,
  QD060: InvalidValueError,
  QD061: RefusedError,
  QD062: RefusedError,
  QD063: UnknownNameError,
  QD064: RefusedError,
  QD070: RefusedError,
  QD071: UnknownNameError,
  QD072: RefusedError,
  QD073: InvalidValueError,
  QD074: RefusedError,
  QD075: UnknownNameError,
  QD076: RefusedError,
  QD077: RefusedError,
  QD080: InvalidValueError,
  QD081: RefusedError,
  QD082: UnknownNameError,
  QD083: RefusedError,
  QD084: RefusedError,
  QD086: LogFullError,
  QD087: RefusedError,
  QD090: InvalidValueError,
  QD091: RefusedError,
  QD092: UnknownNameError,
  QD093: UnknownNameError,
  QD120: UnknownNameError,
  QD121: InvalidValueError,
  QD122: InvalidValueError,
  QD123: RefusedError,
  QD124: RefusedError,
  QD125: InvalidValueError,
  QD126: RefusedError,
  QD127: OtherKeeperError,
  // Not null, check, exclusion.
  "23502": InvalidValueError,
  "23514": InvalidValueError,
  "23P01": RefusedError,
  // Numbers, dates and intervals out of range or unreadable; a zero byte in a text.
  "22003": InvalidValueError,
  "22007": InvalidValueError,
  "22008": InvalidValueError,
  "22009": InvalidValueError,
  "22015": InvalidValueError,
  "22P02": InvalidValueError,
  "22021": InvalidValueError,
  "22P05": InvalidValueError,
  "42501": RefusedError,
  // A lock that did not come in time.
  "55P03": HeldUpError,
};

/** Messages for codes whose own message says little. */
const messageOfCode: Readonly<Record<string, string>> = {
  "55P03": "a transaction that stays open has locked what this needs",
};

/** Hints for codes that come without one. */
const hintOfCode: Readonly<Record<string, string>> = {
  "42501": "What each role may, and how to become its member, is in docs/roles.md.",
  "55P03":
    "Nothing was changed. pg_blocking_pids() names its session while a call waits; an operator ends it: deploy_queue.end_blocker(pid).",
};

/** The same for the sentences of constraints that leave a question. */
const hintOfConstraint: Readonly<Record<string, string>> = {
  preset_must_be_known: "There are standard, slack, slack-bot, teams, pagerduty and opsgenie.",
  url_must_be_an_address_of_at_most_2000_characters:
    "It begins with https, and has neither a user with a password nor a part behind #, such as https://example.com/hook.",
  url_must_begin_with_https: "A receiver on a private network may be without TLS: allow_private => true.",
};

/** Turns an error of the database into one that a person can act on; anything unknown comes back as it is. */
export function translateError(error: unknown): unknown {
  const code = errorCode(error);
  const errorClass = code === undefined ? undefined : classOfCode[code];
  const problem = error instanceof Error ? parameterProblem(error) : undefined;
  if (problem !== undefined) {
    return new InvalidValueError(problem, { cause: error });
  }
  if (errorClass === undefined || !(error instanceof Error)) {
    return error;
  }
  const constraint = property(error, "constraint_name");
  // Our constraints are named so that they read as a sentence.
  const sentence = code === "23514" && constraint !== undefined ? sentenceOf(constraint) : error.message;
  const message = messageOfCode[code ?? ""] ?? sentence;
  return new errorClass(message, {
    hint: property(error, "hint") ?? hintOfConstraint[constraint ?? ""] ?? hintOfCode[code ?? ""],
    cause: error,
  });
}

/** The names of constraints are in lower case; units are not. */
function sentenceOf(constraint: string): string {
  return constraint.replaceAll("_", " ").replace(/\b([kmg])ib\b/g, (_, letter: string) => `${letter.toUpperCase()}iB`);
}

function property(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}
