import { setOutput } from "@actions/core";
import { printable } from "../output/text.js";
import type { Cancellation, DeploymentId } from "../queue/deployment.js";
import type { Queue } from "../queue/queue.js";
import { applicationName, type JobContext } from "./workflow.js";

/**
 * Who cancelled a deployment, also as the output deployment-cancelled-by; undefined when it was this job itself: the
 * wait that was given up, an earlier step.
 */
export async function cancelledByOthers(queue: Queue, id: DeploymentId, job: JobContext): Promise<string | undefined> {
  // The cancellation is a fact, also where nobody can say whose.
  const cancellation = await queue.cancellation(id).catch(() => undefined);
  if (cancellation?.application_name === applicationName(job)) {
    return undefined;
  }
  const who = cancellation === undefined ? "somebody" : describe(cancellation);
  setOutput("deployment-cancelled-by", who);
  return who;
}

function describe({ kind, actor, application_name }: Cancellation): string {
  const through = application_name === null ? "" : ` (${application_name})`;
  return printable(`${kind === "reaped" ? "the reaper of " : ""}${actor}${through}`);
}
