import { logOutages } from "../display/outages.js";
import { cancelledError } from "../queue/cancelled.js";
import type { Deployment, DeploymentId } from "../queue/deployment.js";
import { keepAlive } from "../queue/keeping.js";
import { deploymentName } from "../text/describe.js";
import type { Session } from "./openSession.js";

/**
 * Sends heartbeats until the deployment ends. It has no hold on the work, so it only tells that the deployment is asked to stop.
 * @param outageTimeout milliseconds without a database after which to give up; by default never
 * @returns the exit code: 0 when it finished
 * @throws CancelledError when it was cancelled
 */
export async function keepUntilEnd(
  { queue, log }: Session,
  id: DeploymentId,
  outageTimeout = Number.POSITIVE_INFINITY,
): Promise<number> {
  const deployment = await keepAlive(queue, id, {
    outageTimeout,
    onEvent: logOutages(log),
    tolerant: false,
    onStop: (asked) => log.error(stopText(asked)),
  });
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
