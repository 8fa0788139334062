import type { Queue } from "../../queue/queue.js";
import { summary } from "../../text/describe.js";
import { cancelledBy } from "../cancelledBy.js";
import type { InfoInputs } from "../inputs.js";
import { log } from "../log.js";

/** Shows a deployment. A job can also ask by it whether its deployment was cancelled, or asked to stop, meanwhile. */
export async function info(queue: Queue, inputs: InfoInputs): Promise<void> {
  const deployment = await queue.deployment(inputs.id);
  log.info(summary(deployment));
  const isCancelled = deployment.cancellation_timestamp !== null;
  if (isCancelled || deployment.stop_timestamp !== null) {
    const who = await cancelledBy(queue, deployment.id);
    const why = deployment.cancellation_note ?? "no reason given";
    log.info(`${isCancelled ? "cancelled" : "asked to stop"} by ${who}: ${why}`);
  }
}
