import { logOutages } from "../display/outages.js";
import { onSignals } from "../display/signals.js";
import { type ChildEnd, failureOfCheck, startChild } from "../processes/childProcess.js";
import { RefusedError } from "../queue/errors.js";
import { watchLease } from "../queue/fence.js";
import { keepAlive } from "../queue/keeping.js";
import { Lease } from "../queue/lease.js";
import type { Queue } from "../queue/queue.js";
import { startTimer } from "../queue/timer.js";
import { verify } from "../queue/verification.js";
import { deploymentName } from "../text/describe.js";
import type { CommonInputs } from "./commonInputs.js";
import type { Outcome } from "./endWork.js";
import { log } from "./log.js";
import { patiently } from "./queueSession.js";
import { stepEnvironment } from "./stepEnvironment.js";
import type { VerificationInputs } from "./verificationInputs.js";

/** How long what runs may take to end, in milliseconds, and never more than a third of the lease. */
const longestGrace = 10_000;

/**
 * Checks what a job has deployed, and rolls back what has failed, while the deployment holds its cell: as run does, with heartbeats, until
 * it is to stop or a signal comes.
 * @returns how the work has ended after that
 */
export async function verifyJob(
  queue: Queue,
  inputs: CommonInputs,
  { id, verification, onFailure }: VerificationInputs & { readonly id: string },
  outcome: Outcome,
): Promise<Outcome> {
  const todo = { succeeded: verification?.check, failed: onFailure, cancelled: undefined }[outcome.how];
  if (todo === undefined) {
    return outcome;
  }
  const deployment = await patiently(inputs, () => queue.deployment(id));
  if (deployment.status !== "running") {
    return outcome;
  }
  const stop = new AbortController();
  const over = new AbortController();
  const lease = new Lease();
  const grace = (): number => Math.min(longestGrace, lease.length / 3);
  const onStop = (): void => stop.abort();
  const keeping = keepAlive(queue, deployment.id, {
    ...{ lease, onStop, signal: over.signal, onEvent: logOutages(log), tolerant: true },
  }).then((ended) => ended !== undefined && stop.abort());
  const stopHeeding = onSignals((signal) => {
    log.warn(`${signal}: what checks the deployment is ended`);
    stop.abort();
  });
  // The background process watches how long the deployment runs.
  const stopWatching = watchLease(lease, grace, { onLostContact: onStop, onTooLong: () => undefined });

  const run = async (text: string, keepsOutput: boolean, longest = Number.POSITIVE_INFINITY): Promise<ChildEnd> => {
    const { group, end } = startChild(["sh", "-c", text], stepEnvironment(deployment, inputs.address), { keepsOutput });
    const endGroup = (): void => group?.stop("SIGTERM", grace());
    stop.signal.addEventListener("abort", endGroup, { once: true });
    const stopTimer = startTimer(longest, endGroup);
    const childEnd = await end;
    stopTimer();
    await group?.ended((elapsed) => !group.stopped && elapsed > grace() && endGroup());
    stop.signal.removeEventListener("abort", endGroup);
    return childEnd;
  };
  const check = async (text: string, longest: number): Promise<string | undefined> => {
    const began = performance.now();
    const end = await run(text, true, longest);
    return failureOfCheck(end, performance.now() - began, longest);
  };

  try {
    let present = outcome;
    if (outcome.how === "succeeded" && verification !== undefined) {
      await patiently(inputs, () => queue.beginVerification(deployment.id)).catch((error: unknown) => {
        // It is to stop: the next heartbeat tells that.
        if (!(error instanceof RefusedError)) throw error;
      });
      log.info(`${deploymentName(deployment)} is being verified`);
      const failure = await verify(
        (longest) => check(verification.check, longest),
        verification,
        stop.signal,
        (why) => log.info(`the check has failed and is run again: ${why}`),
      );
      present = failure === undefined ? { ...outcome, verified: true } : { ...outcome, how: "failed", note: failure };
    }
    if (present.how === "failed" && onFailure !== undefined && !stop.signal.aborted) {
      log.warn(`${present.note}; running on-failure`);
      const { description } = await run(onFailure, false);
      present = { ...present, note: `${present.note}; on-failure ${description}` };
    }
    return stop.signal.aborted
      ? { ...outcome, how: "cancelled", note: "the job was ended before its deployment was verified", endsAtStop: true }
      : present;
  } finally {
    stopHeeding();
    stopWatching();
    over.abort();
    await keeping;
  }
}
