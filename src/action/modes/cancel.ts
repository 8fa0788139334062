import { info } from "@actions/core";
import type { Deployment } from "../../queue/deployment.js";
import type { Queue } from "../../queue/queue.js";
import { cancelledText } from "../../text/describe.js";
import type { CancelInputs } from "../inputs.js";
import { patiently } from "../queueSession.js";
import { slackNotifier } from "../slackNotifier.js";
import { jobPage } from "../workflow.js";

export async function cancel(queue: Queue, inputs: CancelInputs): Promise<void> {
  const cancelled = await patiently(inputs, () => cancelTarget(queue, inputs));
  info(cancelledText(cancelled));
  const slack = slackNotifier(inputs);
  const link = jobPage(inputs.job);
  const startMessage = inputs.slackStartMessage;
  await Promise.all(cancelled.map((deployment) => slack?.cancelled({ deployment, link, startMessage })));
}

async function cancelTarget(queue: Queue, { target, note }: CancelInputs): Promise<Deployment[]> {
  switch (target.kind) {
    case "deployment":
      return [await queue.cancel(target.id, note)];
    case "version":
      return queue.cancelVersion(target.component, target.version, note);
    case "location":
      return queue.cancelLocation(target, note);
  }
}
