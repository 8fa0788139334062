import type { Queue } from "../../queue/queue.js";
import { summary } from "../../text/describe.js";
import { cancelledByOthers } from "../cancelledBy.js";
import type { InfoInputs } from "../inputs.js";
import { log } from "../log.js";

/** Shows a deployment. A job can also ask by it whether its deployment was cancelled meanwhile. */
export async function info(queue: Queue, inputs: InfoInputs): Promise<void> {
  const deployment = await queue.deployment(inputs.id);
  log.info(summary(deployment));
  if (deployment.cancellation_timestamp !== null) {
    const who = await cancelledByOthers(queue, deployment.id, inputs.job);
    if (who !== undefined) {
      log.info(`cancelled by ${who}: ${deployment.cancellation_note ?? "no reason given"}`);
    }
  }
}
