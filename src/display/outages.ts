import { HeldUpError } from "../queue/errors.js";
import type { JourneyEvent } from "../queue/events.js";
import { describeError } from "../text/describeError.js";
import type { Log } from "./log.js";

/** Milliseconds after which the same failure of heartbeats, which come every few seconds, is told once more. */
const untilToldAgain = 300_000;

/** A subscriber that logs the beginning and the end of an outage, of what a lock that does not come holds up, and failed heartbeats. */
export function logOutages(log: Log): (event: JourneyEvent) => void {
  let told = { text: "", at: 0 };
  return (event) => {
    switch (event.event) {
      case "outage": {
        const { message, hint } = event.obstacle;
        return log.warn(`${message}; trying again${hint === undefined ? "" : `. ${hint}`}`);
      }
      case "outage-over":
        return log.info(event.obstacle instanceof HeldUpError ? "the lock is free again" : "the queue answers again");
      case "heartbeat-failed": {
        const text = describeError(event.error);
        if (text === told.text && performance.now() - told.at < untilToldAgain) {
          return;
        }
        told = { text, at: performance.now() };
        return log.warn(`a heartbeat failed: ${text}`);
      }
    }
  };
}
