import { setOutput } from "@actions/core";
import { cancellationOf } from "../queue/cancelled.js";
import type { DeploymentId } from "../queue/deployment.js";
import type { Queue } from "../queue/queue.js";
import { cancellerName } from "../text/describe.js";

/**
 * Who cancelled a deployment, or asked it to stop. Sets the output deployment-cancelled-by as well. A step that cancelled it itself knows
 * so and does not ask: actor and application name are what a client says, and prove nothing.
 */
export async function cancelledBy(queue: Queue, id: DeploymentId): Promise<string> {
  const who = cancellerName(await cancellationOf(queue, id));
  setOutput("deployment-cancelled-by", who);
  return who;
}
