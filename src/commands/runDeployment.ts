import { constants } from "node:os";
import { deploymentName } from "../output/describe.js";
import { logOutage } from "../output/outages.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError, RefusedAsCancelledError } from "../queue/errors.js";
import { keepAlive } from "../queue/keeping.js";
import { outlastOutages } from "../queue/outage.js";
import { type Child, startChild, stopGroup } from "./childProcess.js";
import type { Session } from "./queueCommand.js";

export interface RunOptions {
  readonly command: readonly string[];
  /** Milliseconds that the command has between the signal to end and SIGKILL. */
  readonly gracePeriod: number;
  /** Milliseconds without a database after which the outcome of the command is not told any more. */
  readonly outageTimeout: number;
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

  const keeper = keepAlive(queue, deployment.id, {
    signal: ended.signal,
    onOutage: logOutage(log),
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
    const { exitCode, description } = await command.childEnd;
    await stopping;
    running -= 1;
    ended.abort();
    const endedByOthers = await keeper;
    if (endedByOthers === undefined) {
      const end = (): Promise<Deployment> =>
        exitCode === 0 ? queue.finish(deployment.id) : queue.cancel(deployment.id, `the command ${description}`);
      const row = await outlastOutages(end, { giveUpAfter: options.outageTimeout, onOutage: logOutage(log) });
      log.info(`${deploymentName(row)} ${exitCode === 0 ? "finished" : `was cancelled: the command ${description}`}`);
    } else if (endedByOthers.cancellation_timestamp !== null) {
      throw new CancelledError(`${deploymentName(endedByOthers)} was cancelled while its command ran`);
    }
    return exitCode;
  } catch (error) {
    throw error instanceof RefusedAsCancelledError ? new CancelledError(error.message, { cause: error }) : error;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal).off("SIGHUP", onSignal);
  }
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
