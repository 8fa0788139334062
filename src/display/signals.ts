import { constants } from "node:os";
import { CancelledError } from "../queue/errors.js";
import type { Log } from "./log.js";

/** Within so many milliseconds, a second signal is the first one once more: timeout(1) and npm send two. */
const echo = 1_000;

const ends = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/**
 * Calls back at each signal that asks this process to end.
 * @returns a function that ends this
 */
export function onSignals(callback: (signal: NodeJS.Signals) => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  const listener = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (now - last > echo) {
      last = now;
      callback(signal);
    }
  };
  for (const signal of ends) {
    process.on(signal, listener);
  }
  return () => {
    for (const signal of ends) {
      process.off(signal, listener);
    }
  };
}

/**
 * Goes on at Ctrl-Z: a process that is suspended sends no heartbeats, and nothing starts while the first one in a line is suspended.
 * @returns a function that ends this
 */
export function refuseSuspension(log: Pick<Log, "info">): () => void {
  const listener = (): void => log.info("Ctrl-Z does not suspend what waits for a cell or holds it; Ctrl-C ends it");
  process.on("SIGTSTP", listener);
  return () => {
    process.off("SIGTSTP", listener);
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
