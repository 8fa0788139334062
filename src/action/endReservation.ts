import { errorCode } from "../database/unavailable.js";
import { RefusedError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { deploymentName } from "../text/describe.js";
import type { CommonInputs } from "./commonInputs.js";
import { log } from "./log.js";
import { patiently } from "./queueSession.js";
import { jobPage } from "./workflow.js";

/** Gives the place up when the job that has reserved it did not succeed, unless another job has redeemed it meanwhile. */
export async function endReservation(queue: Queue, inputs: CommonInputs, id: string): Promise<void> {
  const { job } = inputs;
  const what = { failure: "the job failed", cancelled: "the job was cancelled" }[job.jobStatus];
  if (what === undefined) {
    return;
  }
  const note = [what, jobPage(job)].filter((part) => part !== undefined).join(": ");
  await patiently(inputs, async () => {
    try {
      const deployment = await queue.holds.purge(id, note);
      log.info(`${deploymentName(deployment)} has given its place up: ${deployment.cancellation_note}`);
    } catch (error) {
      // It was redeemed.
      if (!(error instanceof RefusedError && errorCode(error.cause) === "QD029")) {
        throw error;
      }
    }
  });
}
