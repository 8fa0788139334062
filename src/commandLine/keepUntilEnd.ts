import { logOutage } from "../display/outages.js";
import type { DeploymentId } from "../queue/deployment.js";
import { CancelledError } from "../queue/errors.js";
import { keepAlive } from "../queue/keeping.js";
import { deploymentName } from "../text/describe.js";
import type { Session } from "./queueCommand.js";

/**
 * Sends heartbeats until the deployment ends.
 * @param outageTimeout milliseconds without a database after which to give up; by default never
 * @returns the exit code: 0 when it finished
 * @throws CancelledError when it was cancelled
 */
export async function keepUntilEnd(
  { queue, log }: Session,
  id: DeploymentId,
  outageTimeout = Number.POSITIVE_INFINITY,
): Promise<number> {
  const deployment = await keepAlive(queue, id, { outageTimeout: outageTimeout, onOutage: logOutage(log) });
  if (deployment?.cancellation_timestamp) {
    throw new CancelledError(
      `${deploymentName(deployment)} was cancelled: ${deployment.cancellation_note ?? "no reason given"}`,
    );
  }
  if (deployment !== undefined) {
    log.info(`${deploymentName(deployment)} finished`);
  }
  return 0;
}
