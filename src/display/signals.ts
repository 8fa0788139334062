import { constants } from "node:os";
import { CancelledError } from "../queue/errors.js";
import type { Log } from "./log.js";

/**
 * Calls back at each signal that asks this process to end.
 * @returns a function that ends this
 */
export function onSignals(callback: (signal: NodeJS.Signals) => void): () => void {
  process.on("SIGINT", callback).on("SIGTERM", callback).on("SIGHUP", callback);
  return () => {
    process.off("SIGINT", callback).off("SIGTERM", callback).off("SIGHUP", callback);
  };
}

/** What a signal means while a deployment waits: the first one gives the place up, the second one leaves at once. */
export function giveUpAtSignal(giveUp: AbortController, log: Pick<Log, "info">): (signal: NodeJS.Signals) => void {
  return (signal) => {
    if (giveUp.signal.aborted) {
      leaveAtOnce(signal);
    }
    log.info(`${signal}: giving the place in the line up; once more to leave at once`);
    giveUp.abort(new CancelledError(`${signal} came while waiting`));
  };
}

/** As the shell says of a process that a signal has ended. */
export function leaveAtOnce(signal: NodeJS.Signals): never {
  process.exit(128 + constants.signals[signal]);
}
