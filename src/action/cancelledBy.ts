import { setOutput } from "@actions/core";
import { cancellationOf } from "../queue/cancelled.js";
import type { DeploymentId } from "../queue/deployment.js";
import type { Queue } from "../queue/queue.js";
import { cancellerName } from "../text/describe.js";
import { applicationName, type JobContext } from "./workflow.js";

/**
 * Who cancelled a deployment. Sets the output deployment-cancelled-by as well. Undefined when this job cancelled it: its
 * wait was given up, or an earlier step cancelled.
 */
export async function cancelledByOthers(queue: Queue, id: DeploymentId, job: JobContext): Promise<string | undefined> {
  const cancellation = await cancellationOf(queue, id);
  if (cancellation?.application_name === applicationName(job)) {
    return undefined;
  }
  const who = cancellerName(cancellation);
  setOutput("deployment-cancelled-by", who);
  return who;
}
