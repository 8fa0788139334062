import type { DeploymentWithStatus } from "../queue/deployment.js";
import { CancelledError, RefusedError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { deploymentName } from "../text/describe.js";
import { announceEnd } from "./announceEnd.js";
import { cancelledBy } from "./cancelledBy.js";
import type { CommonInputs } from "./commonInputs.js";
import { endingOf, type Outcome } from "./endWork.js";
import { log } from "./log.js";
import { patiently } from "./queueSession.js";
import type { VerificationInputs } from "./verificationInputs.js";
import { verifyJob } from "./verifyJob.js";
import { jobPage } from "./workflow.js";

export interface JobDeployment extends VerificationInputs {
  readonly id: string;
  readonly slackStartMessage: string | undefined;
  readonly stopOnCancel: boolean;
}

/**
 * Ends the deployment of a job as the job has ended. A deployment that has finished already is fine.
 * @throws RefusedError when it has failed though the job succeeded; CancelledError when anything but this step cancelled it, or asked it to stop, while the job ran
 */
export async function endJob(queue: Queue, inputs: CommonInputs, job: JobDeployment): Promise<void> {
  const { id } = job;
  const jobOutcome: Outcome = { ...outcomeOf(inputs), endsAtStop: job.stopOnCancel };
  const known = await verifyJob(queue, inputs, job, jobOutcome);
  const { deployment, endedHere, cancelledByOthers, outcome } = await patiently(inputs, endingOf(queue, id, known));
  const others = cancelledByOthers ? await cancelledBy(queue, id) : undefined;
  const name = deploymentName(deployment);
  if (endedHere || others !== undefined) {
    await announceEnd(inputs, deployment, { startMessage: job.slackStartMessage, others });
  }
  if (others !== undefined) {
    throw new CancelledError(`${name} ${fate(deployment)}; by ${others}, while the job ran`);
  }
  if (jobOutcome.how === "succeeded" && outcome.how !== "succeeded" && endedHere) {
    throw new RefusedError(`${name} ${fate(deployment)}`);
  }
  log.info(`${name} ${endedHere ? "" : "had ended before: it "}${fate(deployment)}`);
}

function fate({
  finish_timestamp,
  stop_timestamp,
  cancellation_kind,
  cancellation_note,
}: DeploymentWithStatus): string {
  const why = cancellation_note === null ? "" : `: ${cancellation_note}`;
  if (finish_timestamp === null) {
    return `${cancellation_kind === "failed" ? "has failed" : "was cancelled"}${why}`;
  }
  return stop_timestamp === null ? "finished" : `finished, since the request to stop came too late${why}`;
}

function outcomeOf({ job }: CommonInputs): Outcome {
  const [how, what] =
    {
      success: ["succeeded", "the job ended before its deployment started"] as const,
      failure: ["failed", "the job failed"] as const,
      cancelled: ["cancelled", "the job was cancelled"] as const,
    }[job.jobStatus] ?? (["cancelled", "the job ended, and its outcome is unknown"] as const);
  return { how, note: [what, jobPage(job)].filter((part) => part !== undefined).join(": ") };
}
