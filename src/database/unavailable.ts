import { AccessDeniedError, DatabaseUnavailableError, DeployQueueError, InvalidValueError } from "./errors.js";
import { reasonOf } from "./reasons.js";

/** "Read-only transaction": a former primary; the next query looks for the new one. */
const readOnly = "25006";

/** Classes of SQLSTATE that say "not now": connection, intervention, system errors. */
const passingClasses = new Set(["08", "57", "58"]);
/** Besides these: serialization failure, deadlock. */
const passingCodes = new Set(["40001", "40P01", readOnly]);
/** No room for connections, memory, files; or for notifications, which one idle listener of any application can cause. */
const shortage = /^(?:53...|54000)$/;

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
  const reason = reasonOf(error);
  switch (meaningOf(error, code)) {
    case "denied":
      return new AccessDeniedError(`${target} does not let us in: ${reason}`, { cause: error });
    case "short":
      return new DatabaseUnavailableError(`${target} is short of something: ${reason}`, {
        hint:
          code === "54000"
            ? "A session that listens and stays in a transaction can cause it: pg_stat_activity."
            : undefined,
        cause: error,
      });
    case "away":
      return new DatabaseUnavailableError(`${target} cannot be reached: ${reason}`, { cause: error });
    default:
      return error;
  }
}

function meaningOf(error: unknown, code: string): "denied" | "short" | "away" | "of the statement" {
  const severity = severityOf(error);
  if (severity === undefined) {
    return isOfTheDriver(code) ? "of the statement" : "away";
  }
  const errorClass = code.slice(0, 2);
  const endsConnection = severity !== "ERROR";
  if (errorClass === "28" || errorClass === "3D" || (endsConnection && denyingClasses.has(errorClass))) {
    return "denied";
  }
  if (shortage.test(code)) {
    return "short";
  }
  const passes = passingCodes.has(code) || passingClasses.has(errorClass) || isOfProxy(error);
  return endsConnection || passes ? "away" : "of the statement";
}

/** Whether the server refused only this statement and goes on with the connection. */
export function isStillUsable(error: unknown): boolean {
  return severityOf(error) === "ERROR" && !isOfProxy(error) && errorCode(error) !== readOnly;
}

/** Of an error of the server, the driver or the network. An error of ours only repeats it. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof DeployQueueError ? undefined : textOf(error, "code");
}

/** Codes with which a server ends the connection: protocol, login, no such database, no room for connections, shutdown. */
const endingCodes = /^(?:08...|28...|3D...|53300|57P0.)$/;

/** Undefined for an error that does not come from a server. */
function severityOf(error: unknown): string | undefined {
  const local = textOf(error, "severity_local");
  if (local !== undefined) {
    // Proxies say it in English only.
    return textOf(error, "severity") ?? local;
  }
  // Of node-postgres, which keeps the word in the language of the server only.
  const isOfServer = textOf(error, "severity") !== undefined;
  return isOfServer ? (endingCodes.test(errorCode(error) ?? "") ? "FATAL" : "ERROR") : undefined;
}

/** PostgreSQL says with each error where in its sources it was raised; a proxy in front of it does not. */
export function isOfProxy(error: unknown): boolean {
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
