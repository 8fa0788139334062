import type { DeploymentId, StartAttempt } from "./deployment.js";
import { CancelledError, RefusedAsCancelledError } from "./errors.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { catchWakeUps } from "./pause.js";
import type { Queue } from "./queue.js";

export interface WaitOptions extends OutageOptions {
  /** Whether the caller goes on to send heartbeats once the deployment has started. */
  readonly heartbeat: boolean;
  /** Called after each look that ended with "not yet". */
  readonly onWaiting?: ((attempt: StartAttempt) => void) | undefined;
}

/**
 * Sleeps until the deployment may start, and starts it. Woken by its channel; looks by itself when a buffer ends and
 * at every heartbeat interval, which is also the sign of life of the wait.
 * @returns the successful attempt, or undefined when the signal was aborted first
 * @throws CancelledError when somebody cancelled the deployment
 */
export async function waitForStart(
  queue: Queue,
  id: DeploymentId,
  options: WaitOptions,
): Promise<StartAttempt | undefined> {
  const wakeUps = catchWakeUps(queue.database);
  try {
    while (options.signal?.aborted !== true) {
      const attempt = await outlastOutages(async () => {
        await queue.database.listen(deploymentChannel(id));
        return queue.tryStart(id, { heartbeat: options.heartbeat });
      }, options);
      if (attempt.started) {
        return attempt;
      }
      options.onWaiting?.(attempt);
      await wakeUps.sleep(attempt.lookAgainIn, options.signal);
    }
    return undefined;
  } catch (error) {
    throw error instanceof RefusedAsCancelledError ? new CancelledError(error.message, { cause: error }) : error;
  } finally {
    wakeUps.stop();
  }
}

/** The channel that wakes the keeper of a deployment: it may start, knows when it may, or has ended. */
export function deploymentChannel(id: DeploymentId): string {
  return `deploy_queue_deployment_${id}`;
}

/** The channel that tells every transition. */
export const transitionsChannel = "deploy_queue_transitions";
