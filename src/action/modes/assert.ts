import { RefusedAsCancelledError, RefusedError } from "../../queue/errors.js";
import type { Queue } from "../../queue/queue.js";
import { cellName, cellOf, deploymentName } from "../../text/describe.js";
import { cancelledBy } from "../cancelledBy.js";
import type { AssertInputs } from "../inputs.js";
import { log } from "../log.js";
import { patiently } from "../queueSession.js";

const hint =
  "Do not deploy. Run all jobs again, so that the start runs again as well: the failed ones alone hold nothing";

/**
 * Succeeds only while the deployment holds its cell.
 * @throws RefusedError
 */
export async function assert(queue: Queue, inputs: AssertInputs): Promise<void> {
  const id = await patiently(inputs, () => find(queue, inputs));
  try {
    const deployment = await patiently(inputs, () => queue.assert(id));
    log.info(`${deploymentName(deployment)} holds ${cellName(cellOf(deployment))}`);
  } catch (error) {
    if (error instanceof RefusedAsCancelledError) {
      await cancelledBy(queue, id);
    }
    throw error instanceof RefusedError ? new RefusedError(error.message, { hint, cause: error }) : error;
  }
}

async function find(queue: Queue, { target }: AssertInputs): Promise<string> {
  if (target.kind === "deployment") {
    return target.id;
  }
  const deployment = await queue.liveDeploymentByUrl(target.url, target.where);
  if (deployment === undefined) {
    throw new RefusedError(`no deployment with the url ${target.url} is queued or running there`, { hint });
  }
  return String(deployment.id);
}
