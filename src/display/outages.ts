import { HeldUpError, type Obstacle } from "../queue/errors.js";
import type { Log } from "./log.js";

/** Logs the beginning and the end of an outage, and of what a lock that does not come holds up. */
export function logOutage(log: Pick<Log, "info" | "warn">): (obstacle: Obstacle | undefined) => void {
  let heldUp = false;
  return (obstacle) => {
    if (obstacle === undefined) {
      log.info(heldUp ? "the lock is free again" : "the database is back");
    } else {
      log.warn(`${obstacle.message}; trying again${obstacle.hint === undefined ? "" : `. ${obstacle.hint}`}`);
    }
    heldUp = obstacle instanceof HeldUpError;
  };
}
