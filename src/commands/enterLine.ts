import type { Logger } from "pino";
import { cellName, cellOf, deploymentName, waitingLine } from "../output/describe.js";
import { formatDuration } from "../output/durations.js";
import { setGitHubOutput } from "../output/githubOutput.js";
import type { Deployment, DeploymentRequest, StartAttempt } from "../queue/deployment.js";
import { CancelledError, type DatabaseUnavailableError, WaitTimeoutError } from "../queue/errors.js";
import { outlastOutages } from "../queue/outage.js";
import { waitForStart } from "../queue/waiting.js";
import type { Session } from "./queueCommand.js";

export interface EnterOptions {
  readonly request: DeploymentRequest;
  /** Whether the deployment gets heartbeats after its start too. */
  readonly heartbeat: boolean;
  /** Milliseconds; undefined waits for ever. */
  readonly waitTimeout: number | undefined;
  /** Called as soon as the deployment has its place. */
  readonly onEnqueued: (deployment: Deployment) => void;
}

/**
 * Enters the line, waits and starts. Leaves no place behind: a signal, a timeout or an error while waiting cancels it.
 * @throws CancelledError, WaitTimeoutError
 */
export async function enterLineAndStart({ queue, log }: Session, options: EnterOptions): Promise<Deployment> {
  const giveUp = new AbortController();
  let reason: CancelledError | WaitTimeoutError | undefined;
  const stop = (error: CancelledError | WaitTimeoutError): void => {
    reason ??= error;
    giveUp.abort();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (reason !== undefined) {
      process.exit(signal === "SIGINT" ? 130 : 143);
    }
    stop(new CancelledError(`${signal} came while waiting`));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  let timer: NodeJS.Timeout | undefined;
  let deployment: Deployment | undefined;
  try {
    deployment = await queue.enqueue(options.request, { heartbeat: true });
    log.info(`${deploymentName(deployment)} entered the line of ${cellName(cellOf(deployment))}`);
    options.onEnqueued(deployment);
    await setGitHubOutput("deployment-id", String(deployment.id));

    const { waitTimeout } = options;
    if (waitTimeout !== undefined) {
      const message = `${deploymentName(deployment)} did not get its turn within ${formatDuration(waitTimeout)}`;
      timer = setTimeout(() => stop(new WaitTimeoutError(message)), waitTimeout);
    }
    const attempt = await waitForStart(queue, deployment.id, {
      heartbeat: options.heartbeat,
      signal: giveUp.signal,
      onWaiting: logChanges(log),
      onOutage: logOutage(log),
    });
    if (attempt !== undefined) {
      log.info(`${deploymentName(attempt.deployment)} started`);
      return attempt.deployment;
    }
    throw reason ?? new Error("the wait ended without a reason");
  } catch (error) {
    const id = deployment?.id;
    if (id !== undefined && !(error instanceof CancelledError && reason === undefined)) {
      const note = `gave up waiting: ${error instanceof Error ? error.message : String(error)}`;
      await outlastOutages(() => queue.cancel(id, note), { giveUpAfter: 5_000 }).then(
        (cancelled) => log.info(`${deploymentName(cancelled)} was cancelled and left the line`),
        (failure: unknown) =>
          log.warn(`deployment ${id} could not be cancelled (${String(failure)}); it will be reaped`),
      );
    }
    throw error;
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

/** Logs what a deployment waits for, whenever that changes. */
function logChanges(log: Logger): (attempt: StartAttempt) => void {
  let last: string | undefined;
  return (attempt) => {
    const reasons = JSON.stringify(attempt.waitingOn);
    if (reasons !== last) {
      last = reasons;
      log.info(waitingLine(attempt));
    }
  };
}

/** Logs the beginning and the end of an outage. */
export function logOutage(log: Logger): (outage: DatabaseUnavailableError | undefined) => void {
  return (outage) => {
    if (outage === undefined) {
      log.info("the database is back");
    } else {
      log.warn(`${outage.message}; trying again`);
    }
  };
}
