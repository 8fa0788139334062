import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { deploymentName } from "../output/describe.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError, RefusedAsCancelledError } from "../queue/errors.js";
import { keepAlive } from "../queue/keeping.js";
import { outlastOutages } from "../queue/outage.js";
import { logOutage } from "./enterLine.js";
import type { Session } from "./queueCommand.js";

/** Milliseconds that a command has between SIGTERM and SIGKILL. */
const gracePeriod = Number(process.env["DEPLOY_QUEUE_GRACE_MILLISECONDS"] ?? 10_000);

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
  [program = "", ...args]: readonly string[],
): Promise<number> {
  const ended = new AbortController();
  // A process group of its own, so that what the command started can be stopped with it.
  const child = spawn(program, args, {
    stdio: "inherit",
    detached: true,
    env: { ...process.env, DEPLOY_QUEUE_DEPLOYMENT_ID: String(deployment.id) },
  });
  const childEnd = endOf(child);
  const forward = (signal: NodeJS.Signals): void => stopGroup(child, signal, childEnd);
  process.on("SIGINT", forward).on("SIGTERM", forward).on("SIGHUP", forward);

  let endedByOthers: Deployment | undefined;
  const keeper = keepAlive(queue, deployment.id, { signal: ended.signal, onOutage: logOutage(log) }).then((end) => {
    endedByOthers = end;
    if (end?.cancellation_timestamp) {
      log.error(
        `${deploymentName(end)} was cancelled: ${end.cancellation_note ?? "no reason given"}; stopping the command`,
      );
      stopGroup(child, "SIGTERM", childEnd);
    }
  });

  try {
    const { exitCode, description } = await childEnd;
    ended.abort();
    await keeper;
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
    if (error instanceof RefusedAsCancelledError) {
      throw new CancelledError(error.message, { cause: error });
    }
    throw error;
  } finally {
    ended.abort();
    process.off("SIGINT", forward).off("SIGTERM", forward).off("SIGHUP", forward);
  }
}

function endOf(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      const found = !("code" in error && error.code === "ENOENT");
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

/** Asks the whole process group to stop; kills what is left of it after the grace period. */
function stopGroup(child: ChildProcess, signal: NodeJS.Signals, childEnd: Promise<unknown>): void {
  signalGroup(child, signal);
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), gracePeriod);
  void childEnd.then(() => clearTimeout(timer));
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It is gone already.
    }
  }
}
