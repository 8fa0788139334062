import { deploymentName } from "../../output/describe.js";
import type { Queue } from "../../queue/queue.js";
import type { FinishInputs } from "../inputs.js";
import { log } from "../log.js";
import { patiently } from "../queueSession.js";
import { slackNotifier } from "../slackNotifier.js";
import { jobPage } from "../workflow.js";

export async function finish(queue: Queue, inputs: FinishInputs): Promise<void> {
  const deployment = await patiently(inputs, () => queue.finish(inputs.id));
  log.info(`${deploymentName(deployment)} finished at ${deployment.finish_timestamp?.toISOString()}`);
  await slackNotifier(inputs)?.finished({
    deployment,
    link: jobPage(inputs.job),
    startMessage: inputs.slackStartMessage,
  });
}
