import { info } from "@actions/core";
import type { Deployment } from "../../queue/deployment.js";
import type { Queue } from "../../queue/queue.js";
import { cancelledEachText, cancelledText, isStopping } from "../../text/cancellation.js";
import type { CancelInputs } from "../inputs.js";
import { log } from "../log.js";
import { patiently } from "../queueSession.js";
import { slackNotifier } from "../slackNotifier.js";
import { isOfThisJob, type JobContext, jobPage } from "../workflow.js";

export async function cancel(queue: Queue, inputs: CancelInputs): Promise<void> {
  const cancelled = await patiently(inputs, () => cancelTarget(queue, inputs));
  info(cancelledEachText(cancelled));
  const ended = cancelled.filter(({ cancellation_timestamp }) => cancellation_timestamp !== null);
  const stopping = cancelled.filter(isStopping);
  for (const deployment of stopping) {
    log.warn(cancelledText(deployment));
  }
  const slack = slackNotifier(inputs);
  const link = jobPage(inputs.job);
  const startMessage = inputs.slackStartMessage;
  await Promise.all(ended.map((deployment) => slack?.cancelled({ deployment, link, startMessage })));
}

async function cancelTarget(queue: Queue, { target, note, job }: CancelInputs): Promise<Deployment[]> {
  switch (target.kind) {
    case "deployment":
      return [await cancelOne(queue, target.id, note, job)];
    case "version":
      return queue.cancelVersion(target.component, target.version, note);
    case "location":
      return queue.cancelLocation(target, note);
  }
}

/** The deployment of an earlier step of this job ends at once, since the job says that it works no more. Others are asked to stop. */
async function cancelOne(queue: Queue, id: string, note: string | undefined, job: JobContext): Promise<Deployment> {
  const deployment = await queue.cancel(id, note);
  return isStopping(deployment) && isOfThisJob(deployment, job) ? queue.confirmStop(id) : deployment;
}
