import type { Queue } from "../queue/queue.js";
import { deploymentName } from "../text/describe.js";
import type { CommonInputs } from "./commonInputs.js";
import { log } from "./log.js";
import { patiently } from "./queueSession.js";
import { jobPage } from "./workflow.js";

/** Gives the place up when the job that has reserved it did not succeed: nothing will redeem it. */
export async function endReservation(queue: Queue, inputs: CommonInputs, id: string): Promise<void> {
  const { job } = inputs;
  const what = { failure: "the job failed", cancelled: "the job was cancelled" }[job.jobStatus];
  if (what === undefined) {
    return;
  }
  const note = [what, jobPage(job)].filter((part) => part !== undefined).join(": ");
  await patiently(inputs, async () => {
    const deployment = await queue.deployment(id);
    if (deployment.status === "reserved") {
      await queue.cancel(id, note);
      log.info(`${deploymentName(deployment)} has given its place up: ${what}`);
    }
  });
}
