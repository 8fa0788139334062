import { readFileSync } from "node:fs";
import type { DeploymentWithStatus } from "../queue/deployment.js";
import { pause } from "../queue/pause.js";
import type { Queue } from "../queue/queue.js";
import { deploymentName } from "../text/describe.js";
import { formatMoment } from "../text/moments.js";
import { announceEnd } from "./announceEnd.js";
import type { CommonInputs } from "./commonInputs.js";
import { endingOf } from "./endWork.js";
import { log } from "./log.js";
import { patiently } from "./queueSession.js";
import { jobPage } from "./workflow.js";

export interface RunLeft {
  readonly id: string;
  /** The ts of the message about the start in Slack. */
  readonly startMessage: string | undefined;
  /** How long the watchdog may take to end the command and to tell that, in milliseconds. */
  readonly patience?: number;
}

const lookInterval = 500;

/** In a container, the signals of a runner reach the command line of Docker only, and the main step goes on. */
export function endMainStep(pid: number): void {
  try {
    // Another process may have its number by now.
    if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("/dist/action.cjs")) {
      process.kill(pid, "SIGTERM");
    }
  } catch {
    // It has ended, as on every other runner.
  }
}

/**
 * Tidies up after a main step that was killed, or could not tell how its deployment has ended: gives up the place of one that waits. One that
 * has started is never ended here: its watchdog does that once its command has ended, else it is reaped.
 */
export async function endRun(
  queue: Queue,
  inputs: CommonInputs,
  { id, startMessage, patience = 60_000 }: RunLeft,
): Promise<void> {
  const look = (): Promise<DeploymentWithStatus> => patiently(inputs, () => queue.deployment(id));
  let deployment = await look();
  if (isOpen(deployment) && deployment.start_timestamp === null) {
    const note = ["the step ended before its deployment started", jobPage(inputs.job)].filter(Boolean).join(": ");
    ({ deployment } = await patiently(inputs, endingOf(queue, id, { how: "cancelled", note })));
  } else if (isOpen(deployment)) {
    log.info(`${deploymentName(deployment)} has not ended; waiting for the watchdog of its command to tell its end`);
  }
  for (const until = performance.now() + patience; isOpen(deployment) && performance.now() < until; ) {
    await pause(lookInterval);
    deployment = await look();
  }
  const name = deploymentName(deployment);
  if (isOpen(deployment)) {
    const { alive_until } = deployment;
    const lease = alive_until === null ? "" : ` at ${formatMoment(alive_until)}`;
    log.warn(`${name} holds its cell until its lease is over${lease}: nothing tells that its command has ended`);
    return;
  }
  const note = deployment.cancellation_note;
  log.info(`${name} has ended: it is ${deployment.status}${note === null ? "" : `: ${note}`}`);
  if (deployment.start_timestamp !== null) {
    await announceEnd(inputs, deployment, { startMessage, others: undefined });
  }
}

function isOpen({ finish_timestamp, cancellation_timestamp }: DeploymentWithStatus): boolean {
  return finish_timestamp === null && cancellation_timestamp === null;
}
