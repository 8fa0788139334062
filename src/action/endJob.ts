import type { DeploymentWithStatus } from "../queue/deployment.js";
import { CancelledError, RefusedError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { cancelledBy } from "./cancelledBy.js";
import type { CommonInputs } from "./commonInputs.js";
import { endingOf, type Outcome } from "./endWork.js";
import { deploymentRows, summarize } from "./jobSummary.js";
import { log } from "./log.js";
import { patiently } from "./queueSession.js";
import { slackNotifier } from "./slackNotifier.js";
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
    await tell(inputs, job, deployment, others);
  }
  if (others !== undefined) {
    throw new CancelledError(`${name} ${fate(deployment)}; by ${others}, while the job ran`);
  }
  if (jobOutcome.how === "succeeded" && outcome.how !== "succeeded" && endedHere) {
    throw new RefusedError(`${name} ${fate(deployment)}`);
  }
  log.info(`${name} ${endedHere ? "" : "had ended before: it "}${fate(deployment)}`);
}

async function tell(
  inputs: CommonInputs,
  { slackStartMessage }: JobDeployment,
  deployment: DeploymentWithStatus,
  others: string | undefined,
): Promise<void> {
  const hasFinished = deployment.finish_timestamp !== null;
  const link = jobPage(inputs.job);
  const notification = { deployment, link, startMessage: slackStartMessage, updateStartMessage: true };
  const slack = slackNotifier(inputs);
  await (hasFinished ? slack?.finished(notification) : slack?.cancelled(notification));
  const state = hasFinished ? "finished" : deployment.status;
  await summarize(`Deployment ${state}`, [
    ...deploymentRows(deployment),
    ...(deployment.start_timestamp === null ? [] : [["Took", duration(deployment)] as const]),
    ...(deployment.cancellation_note === null ? [] : [["Why", deployment.cancellation_note] as const]),
    ...(others === undefined ? [] : [[hasFinished ? "Asked to stop by" : "Cancelled by", others] as const]),
  ]);
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

function duration({ start_timestamp, finish_timestamp, cancellation_timestamp }: DeploymentWithStatus): string {
  const end = finish_timestamp ?? cancellation_timestamp;
  return formatDuration(end === null || start_timestamp === null ? 0 : end.getTime() - start_timestamp.getTime());
}
