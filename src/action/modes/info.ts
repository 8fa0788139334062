import { summary } from "../../output/describe.js";
import type { Queue } from "../../queue/queue.js";
import type { InfoInputs } from "../inputs.js";
import { log } from "../log.js";

export async function info(queue: Queue, inputs: InfoInputs): Promise<void> {
  log.info(summary(await queue.deployment(inputs.id)));
}
