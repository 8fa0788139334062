import type { DatabaseUnavailableError } from "../queue/errors.js";
import type { Log } from "./log.js";

/** Logs the beginning and the end of an outage. */
export function logOutage(log: Log): (outage: DatabaseUnavailableError | undefined) => void {
  return (outage) => {
    const [level, message] = outageMessage(outage);
    log[level](message);
  };
}

export function outageMessage(outage: DatabaseUnavailableError | undefined): ["info" | "warn", string] {
  return outage === undefined ? ["info", "the database is back"] : ["warn", `${outage.message}; trying again`];
}
