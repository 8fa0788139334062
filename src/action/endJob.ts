import type { Deployment, DeploymentWithStatus } from "../queue/deployment.js";
import { CancelledError, RefusedError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { cancelledByOthers } from "./cancelledBy.js";
import type { CommonInputs } from "./commonInputs.js";
import { deploymentRows, summarize } from "./jobSummary.js";
import { log } from "./log.js";
import { patiently } from "./queueSession.js";
import { slackNotifier } from "./slackNotifier.js";
import { jobPage } from "./workflow.js";

export interface JobDeployment {
  readonly id: string;
  readonly slackStartMessage: string | undefined;
}

/**
 * Ends the deployment of a job as the job has ended. A deployment that has ended already is fine.
 * @throws CancelledError when another role or step cancelled it while the job ran
 */
export async function endJob(
  queue: Queue,
  inputs: CommonInputs,
  { id, slackStartMessage }: JobDeployment,
): Promise<void> {
  const { deployment, endedHere } = await patiently(inputs, () => end(queue, id, inputs));
  const cancelled = deployment.cancellation_timestamp !== null;
  // A wait that was cancelled has failed the main step already.
  const others =
    cancelled && !endedHere && deployment.start_timestamp !== null
      ? await cancelledByOthers(queue, id, inputs.job)
      : undefined;

  const why = deployment.cancellation_note === null ? "" : `: ${deployment.cancellation_note}`;
  const outcome = cancelled ? `was cancelled${why}` : "finished";
  if (endedHere || others !== undefined) {
    const notification = {
      deployment,
      link: jobPage(inputs.job),
      startMessage: slackStartMessage,
      updateStartMessage: true,
    };
    const slack = slackNotifier(inputs);
    await (cancelled ? slack?.cancelled(notification) : slack?.finished(notification));
    await summarize(cancelled ? "Deployment cancelled" : "Deployment finished", [
      ...deploymentRows(deployment),
      ...(deployment.start_timestamp === null ? [] : [["Took", duration(deployment)] as const]),
      ...(deployment.cancellation_note === null ? [] : [["Why", deployment.cancellation_note] as const]),
      ...(others === undefined ? [] : [["Cancelled by", others] as const]),
    ]);
  }
  if (others !== undefined) {
    throw new CancelledError(`${deploymentName(deployment)} ${outcome}; by ${others}, while the job ran`);
  }
  log.info(`${deploymentName(deployment)} ${endedHere ? "" : "had ended before: it "}${outcome}`);
}

interface End {
  readonly deployment: DeploymentWithStatus;
  /** False when it had ended before. */
  readonly endedHere: boolean;
}

async function end(queue: Queue, id: string, inputs: CommonInputs): Promise<End> {
  const before = await queue.deployment(id);
  if (hasEnded(before)) {
    return { deployment: before, endedHere: false };
  }
  try {
    await (inputs.job.jobStatus === "success" && before.status === "running"
      ? queue.finish(id)
      : queue.cancel(id, note(inputs)));
  } catch (error) {
    const deployment = await queue.deployment(id);
    // Another client ended it first.
    if (error instanceof RefusedError && hasEnded(deployment)) {
      return { deployment, endedHere: false };
    }
    throw error;
  }
  return { deployment: await queue.deployment(id), endedHere: true };
}

function note({ job }: CommonInputs): string {
  const outcome = {
    success: "the job ended before its deployment started",
    failure: "the job failed",
    cancelled: "the job was cancelled",
  }[job.jobStatus];
  return [outcome ?? "the job ended, and its outcome is unknown", jobPage(job)]
    .filter((part) => part !== undefined)
    .join(": ");
}

function hasEnded({ finish_timestamp, cancellation_timestamp }: Deployment): boolean {
  return finish_timestamp !== null || cancellation_timestamp !== null;
}

function duration({ start_timestamp, finish_timestamp, cancellation_timestamp }: Deployment): string {
  const end = finish_timestamp ?? cancellation_timestamp;
  return formatDuration(end === null || start_timestamp === null ? 0 : end.getTime() - start_timestamp.getTime());
}
