import { HeldUpError } from "../queue/errors.js";
import type { JourneyEvent } from "../queue/events.js";
import { describeError } from "../text/describeError.js";
import type { Log } from "./log.js";

/** A subscriber that logs the beginning and the end of an outage, of what a lock that does not come holds up, and failed heartbeats. */
export function logOutages(log: Log): (event: JourneyEvent) => void {
  return (event) => {
    switch (event.event) {
      case "outage": {
        const { message, hint } = event.obstacle;
        return log.warn(`${message}; trying again${hint === undefined ? "" : `. ${hint}`}`);
      }
      case "outage-over":
        return log.info(event.obstacle instanceof HeldUpError ? "the lock is free again" : "the database is back");
      case "heartbeat-failed":
        return log.warn(`a heartbeat failed: ${describeError(event.error)}`);
    }
  };
}
