import { logOutages } from "../display/outages.js";
import { cancelledError } from "../queue/cancelled.js";
import type { Deployment, DeploymentId } from "../queue/deployment.js";
import { watchLease } from "../queue/fence.js";
import { keepAlive } from "../queue/keeping.js";
import { Lease } from "../queue/lease.js";
import { outlastOutages } from "../queue/outage.js";
import { deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import type { Session } from "./openSession.js";

/**
 * Sends heartbeats until the deployment ends. It has no hold on the work, so it only tells that the deployment is asked to stop,
 * and asks for that itself when the maximum duration is over.
 * @param outageTimeout milliseconds without a database after which to give up; by default never
 * @returns the exit code: 0 when it finished
 * @throws CancelledError when it was cancelled
 */
export async function keepUntilEnd(
  { queue, log }: Session,
  id: DeploymentId,
  outageTimeout = Number.POSITIVE_INFINITY,
): Promise<number> {
  const lease = new Lease();
  const stopWatching = watchLease(lease, () => Number.NEGATIVE_INFINITY, {
    onLostContact: () => undefined,
    onTooLong: () => {
      const note = `it ran for longer than ${formatDuration(lease.maxDuration)}`;
      void outlastOutages(() => queue.cancel(id, note), { outageTimeout }).catch(() => undefined);
    },
  });
  const deployment = await keepAlive(queue, id, {
    outageTimeout,
    lease,
    onEvent: logOutages(log),
    tolerant: false,
    onStop: (asked) => log.error(stopText(asked)),
  }).finally(stopWatching);
  if (deployment?.cancellation_timestamp) {
    throw cancelledError(deployment);
  }
  if (deployment !== undefined) {
    log.info(`${deploymentName(deployment)} finished`);
  }
  return 0;
}

function stopText(deployment: Deployment): string {
  const { id, cancellation_note: note } = deployment;
  const why = note === null ? "" : ` (${note})`;
  return `${deploymentName(deployment)} is asked to stop${why}. End its work, then say so with "deploy-queue fail ${id}". Until then it holds its cell, and the heartbeats go on`;
}
