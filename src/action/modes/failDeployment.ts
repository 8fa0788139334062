import type { Queue } from "../../queue/queue.js";
import { deploymentName } from "../../text/describe.js";
import { endingOf } from "../endWork.js";
import type { FailInputs } from "../inputs.js";
import { log } from "../log.js";
import { patiently } from "../queueSession.js";
import { slackNotifier } from "../slackNotifier.js";
import { jobPage } from "../workflow.js";

/** Tells that the work of a deployment has failed or was cut off, and has ended: its cell is free at once, also when it is kept. */
export async function failDeployment(queue: Queue, { id, note, ...inputs }: FailInputs): Promise<void> {
  const { deployment, endedHere } = await patiently(inputs, endingOf(queue, id, { how: "failed", note }));
  log.info(`${deploymentName(deployment)} ${endedHere ? "has ended" : "had ended before"}: it is ${deployment.status}`);
  if (endedHere) {
    await slackNotifier(inputs)?.cancelled({
      deployment,
      link: jobPage(inputs.job),
      startMessage: inputs.slackStartMessage,
    });
  }
}
