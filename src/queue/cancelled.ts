import { deploymentName } from "../text/describe.js";
import type { Cancellation } from "./calls/history.js";
import type { Deployment, DeploymentId } from "./deployment.js";
import { CancelledError } from "./errors.js";
import type { Queue } from "./queue.js";

export function cancelledError(deployment: Deployment): CancelledError {
  const why = deployment.cancellation_note ?? "no reason given";
  const how = deployment.cancellation_kind === "failed" ? "has failed" : "was cancelled";
  return new CancelledError(`${deploymentName(deployment)} ${how}: ${why}`);
}

/** Who cancelled a deployment and why. Undefined when the database does not answer: the deployment is cancelled all the same. */
export function cancellationOf(queue: Queue, id: DeploymentId): Promise<Cancellation | undefined> {
  return queue.history.cancellation(id).catch(() => undefined);
}
