import postgres from "postgres";
import { AccessDeniedError, DatabaseUnavailableError, InvalidValueError } from "./errors.js";

/** "Read-only transaction": a former primary; the next query looks for the new one. */
const readOnly = "25006";

/** Errors that say "not here", "not now" or "not to the end": by code of Node.js, postgres.js, or SQLSTATE. */
const unavailableCodes = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
  "ENOENT",
  // Serialization failure, deadlock, lock timeout, statement timeout, read-only (a standby), shutdown, crash, start-up.
  "40001",
  "40P01",
  "55P03",
  "57014",
  readOnly,
  "57P01",
  "57P02",
  "57P03",
]);

/** Classes of SQLSTATE that say the same: connection, resources (connections, memory, disk), system errors. */
const unavailableClasses = new Set(["08", "53", "58"]);

/** What an error of the driver means, when it means that the database is not there for us. */
export function toUnavailable(error: unknown, target: string): unknown {
  const code = errorCode(error);
  if (code === undefined) {
    return error;
  }
  const reason = firstMessage(error);
  if (code === "42704" && reason.startsWith("unrecognized configuration parameter")) {
    return new InvalidValueError(`the URL of ${target} has a parameter that is not known: ${reason}`, { cause: error });
  }
  if (code.startsWith("28") || code === "3D000") {
    return new AccessDeniedError(`${target} does not let us in: ${reason}`, { cause: error });
  }
  if (
    unavailableCodes.has(code) ||
    unavailableClasses.has(sqlStateClass(code)) ||
    code.startsWith("SASL") ||
    isTlsFailure(code)
  ) {
    return new DatabaseUnavailableError(`${target} cannot be reached: ${reason}`, { cause: error });
  }
  return error;
}

/** Whether the server refused only this statement and goes on with the connection. */
export function isStillUsable(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.severity === "ERROR" && error.code !== readOnly;
}

function sqlStateClass(code: string): string {
  return /^[0-9A-Z]{5}$/.test(code) ? code.slice(0, 2) : "";
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function isTlsFailure(code: string): boolean {
  return /^(?:ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_)/.test(code);
}

/** Several addresses of one host fail as one error without a message of its own. */
function firstMessage(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map(firstMessage).join(", ");
  }
  return error instanceof Error ? error.message : String(error);
}
