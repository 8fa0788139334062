import { notice, setOutput } from "@actions/core";
import type { Deployment } from "../queue/deployment.js";
import { cellName, cellOf, componentName, deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import type { CommonInputs } from "./commonInputs.js";
import { deploymentRows, type SummaryRow, summarize } from "./jobSummary.js";
import { slackNotifier } from "./slackNotifier.js";
import type { Turn } from "./takeTurn.js";
import { jobPage } from "./workflow.js";

/**
 * Tells the run's page, the job's summary and Slack that a deployment has started. Never throws.
 * @returns the ts of the message in Slack
 */
export async function announceStart(inputs: CommonInputs, turn: Turn): Promise<string | undefined> {
  const { deployment } = turn;
  const waited = formatDuration(milliseconds(deployment));
  notice(`${deploymentName(deployment)} started in ${cellName(cellOf(deployment))} after waiting for ${waited}`);
  await summarize("Deployment started", [...deploymentRows(deployment), ["Waited", waited], ...waitedFor(turn)]);
  const message = await slackNotifier(inputs)?.started({ deployment, link: jobPage(inputs.job) });
  if (message !== undefined) {
    setOutput("slack-start-message-id", message);
  }
  return message;
}

function milliseconds({ created_at, start_timestamp }: Deployment): number {
  return start_timestamp === null ? 0 : start_timestamp.getTime() - created_at.getTime();
}

function waitedFor({ waitedFor }: Turn): SummaryRow[] {
  return waitedFor.map((blocker) =>
    "text" in blocker
      ? ["Waited for", blocker.text, undefined]
      : ["Waited for", `deployment ${blocker.deployment_id} (${componentName(blocker)})`, blocker.url ?? undefined],
  );
}
