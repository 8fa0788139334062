import type { Deployment } from "../queue/deployment.js";
import { formatDuration } from "../text/durations.js";
import type { CommonInputs } from "./commonInputs.js";
import { deploymentRows, summarize } from "./jobSummary.js";
import { slackNotifier } from "./slackNotifier.js";
import { jobPage } from "./workflow.js";

export interface EndNews {
  /** The ts of the message about the start in Slack. */
  readonly startMessage: string | undefined;
  /** Who cancelled it, or asked it to stop, unless this step did. */
  readonly others: string | undefined;
}

/** Tells Slack and the summary of the job that a deployment has ended. Never throws. */
export async function announceEnd(
  inputs: CommonInputs,
  deployment: Deployment,
  { startMessage, others }: EndNews,
): Promise<void> {
  const { finish_timestamp, cancellation_kind, cancellation_note, start_timestamp } = deployment;
  const hasFinished = finish_timestamp !== null;
  const notification = { deployment, link: jobPage(inputs.job), startMessage, updateStartMessage: true };
  const slack = slackNotifier(inputs);
  await (hasFinished ? slack?.finished(notification) : slack?.cancelled(notification));
  const state = hasFinished ? "finished" : cancellation_kind === "failed" ? "failed" : "cancelled";
  await summarize(`Deployment ${state}`, [
    ...deploymentRows(deployment),
    ...(start_timestamp === null ? [] : [["Took", duration(deployment)] as const]),
    ...(cancellation_note === null ? [] : [["Why", cancellation_note] as const]),
    ...(others === undefined ? [] : [[hasFinished ? "Asked to stop by" : "Cancelled by", others] as const]),
  ]);
}

function duration({ start_timestamp, finish_timestamp, cancellation_timestamp }: Deployment): string {
  const end = finish_timestamp ?? cancellation_timestamp;
  return formatDuration(end === null || start_timestamp === null ? 0 : end.getTime() - start_timestamp.getTime());
}
