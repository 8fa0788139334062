import { constants } from "node:os";
import { logOutage } from "../display/outages.js";
import {
  type CancelledEvent,
  cancellationOf,
  cancelledEvent,
  type OutageEvent,
  outageEvent,
} from "../display/waitEvents.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError, type Obstacle, RefusedError } from "../queue/errors.js";
import { keepAlive } from "../queue/keeping.js";
import { type OutageOptions, outlastOutages } from "../queue/outage.js";
import type { Queue } from "../queue/queue.js";
import { oneLine } from "../queue/values.js";
import { cancellerName, deploymentName } from "../text/describe.js";
import { type Child, type ChildEnd, startChild, stopGroup } from "./childProcess.js";
import type { Session } from "./queueCommand.js";

export interface RunOptions {
  readonly command: readonly string[];
  /** Milliseconds that the command has between the signal to end and SIGKILL. */
  readonly gracePeriod: number;
  /** Milliseconds without a database after which the outcome of the command is not told any more. */
  readonly outageTimeout: number;
  readonly onEvent: (event: CancelledEvent | OutageEvent) => void;
}

/** How many commands run in this process, which must not leave them behind. */
let running = 0;

/**
 * Runs the command of a deployment that has just started, keeps the deployment alive meanwhile, and ends it.
 * @returns the exit code of the command
 * @throws CancelledError when somebody cancelled the deployment
 */
export async function runDeployment(
  { queue, log }: Session,
  deployment: Deployment,
  options: RunOptions,
): Promise<number> {
  const ended = new AbortController();
  let command: Child | undefined;
  let stopping: Promise<void> | undefined;
  let leaving = false;
  const stop = (signal: NodeJS.Signals): void => {
    stopping = stopGroup(command?.child, signal, options.gracePeriod);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!ended.signal.aborted) {
      stop(signal);
      return;
    }
    if (leaving && running === 0) {
      process.exit(128 + constants.signals[signal]);
    }
    leaving = true;
    log.info(`${signal}: the command has ended and the database is being told; once more to leave at once`);
  };
  // Before the command begins: a signal in between would end this process and leave the command running.
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal);
  command = startChild(options.command, { ...process.env, DEPLOY_QUEUE_DEPLOYMENT_ID: String(deployment.id) });
  running += 1;

  const sayOutage = logOutage(log);
  const onOutage = (obstacle: Obstacle | undefined): void => {
    sayOutage(obstacle);
    options.onEvent(outageEvent(obstacle));
  };
  const keeper = keepAlive(queue, deployment.id, {
    signal: ended.signal,
    onOutage,
    onError: (error) => log.warn(`a heartbeat failed: ${error instanceof Error ? error.message : String(error)}`),
  }).then((end) => {
    if (end?.cancellation_timestamp) {
      log.error(
        `${deploymentName(end)} was cancelled: ${end.cancellation_note ?? "no reason given"}; stopping the command`,
      );
      stop("SIGTERM");
    }
    return end;
  });

  try {
    const childEnd = await command.childEnd;
    await stopping;
    running -= 1;
    ended.abort();
    const outages = { outageTimeout: options.outageTimeout, onOutage };
    const row = (await keeper) ?? (await tellOutcome(queue, deployment, childEnd, outages));
    const { exitCode, description } = childEnd;
    if (row.finish_timestamp !== null) {
      log.info(
        `${deploymentName(row)} ${exitCode === 0 ? "finished" : `had finished when its command ${description}`}`,
      );
    } else if (row.cancellation_note === noteOf(childEnd)) {
      log.info(`${deploymentName(row)} was cancelled: ${row.cancellation_note}`);
    } else {
      const cancellation = await cancellationOf(queue, row.id);
      options.onEvent(cancelledEvent(row.id, cancellation));
      const why = row.cancellation_note === null ? "" : `: ${row.cancellation_note}`;
      throw new CancelledError(
        `${deploymentName(row)} was cancelled by ${cancellerName(cancellation)} while its command ran${why}`,
      );
    }
    return exitCode;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal).off("SIGHUP", onSignal);
  }
}

/** How it has ended: as the command has, unless somebody was faster. */
async function tellOutcome(
  queue: Queue,
  { id }: Deployment,
  childEnd: ChildEnd,
  outages: OutageOptions,
): Promise<Deployment> {
  try {
    return await outlastOutages(
      () => (childEnd.exitCode === 0 ? queue.finish(id) : queue.cancel(id, noteOf(childEnd))),
      outages,
    );
  } catch (error) {
    if (!(error instanceof RefusedError)) {
      throw error;
    }
    const row = await outlastOutages(() => queue.deployment(id), outages);
    if (row.status !== "finished" && row.status !== "buffering" && row.status !== "cancelled") {
      throw error;
    }
    return row;
  }
}

function noteOf({ description }: ChildEnd): string {
  return oneLine(`the command ${description}`);
}

/**
 * Calls something that listens for signals at its beginning and at its end, but not in between: a signal that comes just then
 * must not end this process, and is delivered to whoever listens next.
 */
export async function withoutGapsForSignals<Result>(act: () => Promise<Result>): Promise<Result> {
  const wait = (): void => undefined;
  process.on("SIGINT", wait).on("SIGTERM", wait).on("SIGHUP", wait);
  try {
    return await act();
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", wait).off("SIGHUP", wait);
  }
}
