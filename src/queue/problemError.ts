import type { Reply } from "../client/serverClient.js";
import {
  AccessDeniedError,
  DatabaseUnavailableError,
  DeployQueueError,
  InvalidValueError,
  RefusedError,
  translateError,
  UnknownNameError,
} from "./errors.js";

/** The database is away; the server is busy; this process was, so that its request came too late. */
const passing = new Set([408, 429, 503]);

/** What the server says that is wrong (RFC 9457); the code is that of the database. */
interface Problem {
  readonly detail: string;
  readonly hint: string | undefined;
  readonly code: string | undefined;
  readonly exit_code: unknown;
}

/** The error that a connection to the database would have ended with. */
export function problemError(reply: Reply, target: string): unknown {
  const { status } = reply;
  const problem = problemOf(reply);
  if (problem === undefined) {
    // Of a proxy, whose server is away, or of something else.
    return status >= 500 || passing.has(status)
      ? new DatabaseUnavailableError(`${target} cannot be reached: what is in front of it answers with ${status}`)
      : new InvalidValueError(`${target} is no server of the queue: it answers with ${status}`);
  }
  const { detail, hint, code } = problem;
  const cause = Object.assign(new Error(detail), { code, hint });
  if (status === 401) {
    return new AccessDeniedError(`${target} does not let us in: ${detail}`, { hint, cause });
  }
  const translated = translateError(cause);
  if (translated instanceof DeployQueueError) {
    return translated;
  }
  if (passing.has(status)) {
    return new DatabaseUnavailableError(`${target} says: ${detail}`, { hint, cause });
  }
  switch (problem.exit_code) {
    case 2:
      return new InvalidValueError(detail, { hint, cause });
    case 3:
      return new UnknownNameError(detail, { hint, cause });
    case 4:
      return new RefusedError(detail, { hint, cause });
    default:
      return cause;
  }
}

function problemOf({ body }: Reply): Problem | undefined {
  const { detail, hint, code, exit_code } = Object(body);
  return typeof detail === "string" ? { detail, hint: textOf(hint), code: textOf(code), exit_code } : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
