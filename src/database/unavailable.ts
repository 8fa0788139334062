import { AccessDeniedError, DatabaseUnavailableError, InvalidValueError } from "./errors.js";

/** "Read-only transaction": a former primary; the next query looks for the new one. */
const readOnly = "25006";

/** Classes of SQLSTATE that say "not now": connection, resources (connections, memory, disk), intervention, system errors. */
const passingClasses = new Set(["08", "53", "57", "58"]);
/** Besides these: serialization failure, deadlock. */
const passingCodes = new Set(["40001", "40P01", readOnly]);

/** A login with a setting that does not exist, a value that it cannot have, or words that are no settings. */
const refusalsOfSettings = new Set(["42704", "22023", "42601"]);

/** When a server ends the connection with one of these classes, it refuses the login: protocol, settings, role or database. */
const denyingClasses = new Set(["0A", "22", "28", "3D", "42"]);

/**
 * Turns an error of the driver that means "the database is away" into one of ours. That is every error that does not come from a
 * server, and every error of a server that ends the connection or will pass by itself.
 */
export function toUnavailable(error: unknown, target: string): unknown {
  const code = errorCode(error);
  if (code === undefined) {
    return error;
  }
  if (severityOf(error) === "FATAL" && refusalsOfSettings.has(code)) {
    // The message would repeat a piece of the URL.
    return new InvalidValueError(`${target} does not take what "options" of the URL, or PGOPTIONS, sets`, {
      hint: "It looks like options=-c%20name%3Dvalue, with a setting of PostgreSQL for a name.",
    });
  }
  const reason = firstMessage(error);
  switch (meaningOf(error, code)) {
    case "denied":
      return new AccessDeniedError(`${target} does not let us in: ${reason}`, { cause: error });
    case "away":
      return new DatabaseUnavailableError(`${target} cannot be reached: ${reason}`, { cause: error });
    default:
      return error;
  }
}

function meaningOf(error: unknown, code: string): "denied" | "away" | "of the statement" {
  const severity = severityOf(error);
  if (severity === undefined) {
    return isOfTheDriver(code) ? "of the statement" : "away";
  }
  const errorClass = code.slice(0, 2);
  const endsConnection = severity !== "ERROR";
  if (errorClass === "28" || errorClass === "3D" || (endsConnection && denyingClasses.has(errorClass))) {
    return "denied";
  }
  const passes = passingCodes.has(code) || passingClasses.has(errorClass) || isOfProxy(error);
  return endsConnection || passes ? "away" : "of the statement";
}

/** Whether the server refused only this statement and goes on with the connection. */
export function isStillUsable(error: unknown): boolean {
  return severityOf(error) === "ERROR" && !isOfProxy(error) && errorCode(error) !== readOnly;
}

export function errorCode(error: unknown): string | undefined {
  return textOf(error, "code");
}

/** Undefined for an error that does not come from a server. */
function severityOf(error: unknown): string | undefined {
  return textOf(error, "severity") ?? textOf(error, "severity_local");
}

/** PostgreSQL says with each error where in its sources it was raised; a proxy in front of it does not. */
function isOfProxy(error: unknown): boolean {
  return severityOf(error) !== undefined && textOf(error, "routine") === undefined;
}

/** Errors of our own use of the driver or of Node.js; network, names and TLS have other codes. */
function isOfTheDriver(code: string): boolean {
  return /^(?:ERR_(?:INVALID|MISSING|OUT_OF|SOCKET_BAD)|UNDEFINED_|NOT_TAGGED_|MAX_PARAM|UNSAFE_|COPY_)/.test(code);
}

function textOf(error: unknown, name: string): string | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof value === "string" ? value : undefined;
}

/** Several addresses of one host fail as one error without a message of its own. */
function firstMessage(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map(firstMessage).join(", ");
  }
  return error instanceof Error ? error.message : String(error);
}
