import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { deploymentName } from "../output/describe.js";
import { logOutage } from "../output/outages.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError, RefusedAsCancelledError } from "../queue/errors.js";
import { keepAlive } from "../queue/keeping.js";
import { outlastOutages } from "../queue/outage.js";
import type { Session } from "./queueCommand.js";

export interface RunOptions {
  readonly command: readonly string[];
  /** Milliseconds that the command has between the signal to end and SIGKILL. */
  readonly gracePeriod: number;
}

interface ChildEnd {
  /** As a shell would report it: 128 + n for a signal, 127 when it could not be found, 126 when not executed. */
  readonly exitCode: number;
  readonly description: string;
}

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
  const [program = "", ...args] = options.command;
  const ended = new AbortController();
  // A process group of its own, so that what the command started can be stopped with it.
  const start = (): ChildProcess =>
    spawn(program, args, {
      stdio: "inherit",
      detached: true,
      env: { ...process.env, DEPLOY_QUEUE_DEPLOYMENT_ID: String(deployment.id) },
    });
  let child: ChildProcess | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    stopping = stopGroup(child, signal, options.gracePeriod);
  };
  // Before the command begins: a signal in between would end this process and leave the command running.
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);
  const observed = observe(start, program);
  child = observed.child;

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
    const { exitCode, description } = await observed.childEnd;
    await stopping;
    ended.abort();
    const endedByOthers = await keeper;
    if (endedByOthers === undefined) {
      const end = (): Promise<Deployment> =>
        exitCode === 0 ? queue.finish(deployment.id) : queue.cancel(deployment.id, `the command ${description}`);
      const row = await outlastOutages(end, { onOutage: logOutage(log) });
      log.info(`${deploymentName(row)} ${exitCode === 0 ? "finished" : `was cancelled: the command ${description}`}`);
    } else if (endedByOthers.cancellation_timestamp !== null) {
      throw new CancelledError(`${deploymentName(endedByOthers)} was cancelled while its command ran`);
    }
    return exitCode;
  } catch (error) {
    throw error instanceof RefusedAsCancelledError ? new CancelledError(error.message, { cause: error }) : error;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop).off("SIGHUP", stop);
  }
}

/**
 * Calls something that listens for signals at its beginning and at its end, but not in between: a signal that comes just then
 * must not end this process, and is delivered to whoever listens next.
 */
export async function withoutGapsForSignals<Result>(act: () => Promise<Result>): Promise<Result> {
  const wait = (): void => undefined;
  process.on("SIGINT", wait).on("SIGTERM", wait);
  try {
    return await act();
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", wait);
  }
}

/** Some commands that cannot be started make spawn throw, others make the child emit an error. */
function observe(
  start: () => ChildProcess,
  program: string,
): { child: ChildProcess | undefined; childEnd: Promise<ChildEnd> } {
  try {
    const child = start();
    return { child, childEnd: endOf(child, program) };
  } catch (error) {
    const description = `could not be started: ${error instanceof Error ? error.message : String(error)}`;
    return { child: undefined, childEnd: Promise.resolve({ exitCode: 126, description }) };
  }
}

function endOf(child: ChildProcess, program: string): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      const found = !("code" in error && error.code === "ENOENT") && isThere(program);
      resolve({ exitCode: found ? 126 : 127, description: `could not be started: ${error.message}` });
    });
    child.once("exit", (code, signal) => {
      resolve(
        signal === null
          ? { exitCode: code ?? 1, description: `exited with code ${code}` }
          : { exitCode: 128 + constants.signals[signal], description: `was ended by ${signal}` },
      );
    });
  });
}

/** A folder in PATH that may not be entered makes a command that is nowhere look like one that may not be executed. */
function isThere(program: string): boolean {
  const folders = program.includes("/") ? [""] : (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

const groupCheckMilliseconds = 50;

/** Asks the whole process group to end, and kills what is left of it after the grace period. */
async function stopGroup(child: ChildProcess | undefined, signal: NodeJS.Signals, gracePeriod: number): Promise<void> {
  const deadline = performance.now() + gracePeriod;
  let exists = signalGroup(child, signal);
  while (exists && performance.now() < deadline) {
    await sleep(groupCheckMilliseconds);
    exists = signalGroup(child, 0);
  }
  if (exists) {
    signalGroup(child, "SIGKILL");
  }
}

/** Whether there still was anybody in the group to get it; signal 0 only asks. */
function signalGroup(child: ChildProcess | undefined, signal: NodeJS.Signals | 0): boolean {
  if (child?.pid === undefined) {
    return false;
  }
  try {
    process.kill(-child.pid, signal);
    return true;
  } catch {
    return false;
  }
}
