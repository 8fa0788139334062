import type { Deployment, DeploymentWithStatus } from "../queue/deployment.js";
import { RefusedError, UnverifiedError } from "../queue/errors.js";
import { cancelAsKeeper } from "../queue/givingUp.js";
import type { Queue } from "../queue/queue.js";
import { unverified } from "../queue/tellOutcome.js";

/** How the work of a deployment has ended. */
export interface Outcome {
  readonly how: "succeeded" | "failed" | "cancelled";
  /** Why, unless it succeeded. */
  readonly note: string | undefined;
  /** Whether a stop ends the work before its own end: then success says nothing. */
  readonly endsAtStop?: boolean;
  /** Whether it was seen that what was deployed works. */
  readonly verified?: boolean;
}

export interface End {
  readonly deployment: DeploymentWithStatus;
  /** False when another client had ended it before. */
  readonly endedHere: boolean;
  /** Whether it was cancelled, or asked to stop, by another client while it ran. */
  readonly cancelledByOthers: boolean;
  /** How its work has ended; failed where it was not verified, and its environment requires that. */
  readonly outcome: Outcome;
}

/**
 * Ends deployments as their work has ended, and remembers what was tried: that alone proves whose end it was.
 * @returns a call that may be repeated after an outage
 */
export function endingOf(queue: Queue, id: string, of: Outcome): () => Promise<End> {
  let outcome = of;
  let first: DeploymentWithStatus | undefined;
  let tried = false;
  const result = (deployment: DeploymentWithStatus): End => {
    const isOver = hasEnded(deployment);
    const wasOpen = first !== undefined && !hasEnded(first) && first.stop_timestamp === null;
    const cancelledHere = tried && wasOpen && outcome.how !== "succeeded";
    const { start_timestamp, stop_timestamp, cancellation_timestamp } = deployment;
    return {
      deployment,
      outcome,
      endedHere: isOver && tried,
      // A wait that was cancelled has failed the main step already.
      cancelledByOthers:
        !cancelledHere && start_timestamp !== null && (stop_timestamp !== null || cancellation_timestamp !== null),
    };
  };
  return async () => {
    const before = await queue.deployment(id);
    first ??= before;
    if (hasEnded(before)) {
      return result(before);
    }
    const triedBefore = tried;
    tried = true;
    try {
      await end(queue, before, outcome).catch((error: unknown) => {
        if (!(error instanceof UnverifiedError)) {
          throw error;
        }
        outcome = { how: "failed", note: unverified };
        return end(queue, before, outcome);
      });
    } catch (error) {
      const deployment = await queue.deployment(id);
      if (!(error instanceof RefusedError) || !hasEnded(deployment)) {
        throw error;
      }
      // Another client was faster.
      tried = triedBefore;
    }
    return result(await queue.deployment(id));
  };
}

async function end(
  queue: Queue,
  before: Deployment,
  { how, note, endsAtStop = false, verified = false }: Outcome,
): Promise<void> {
  const { id, start_timestamp, stop_timestamp } = before;
  if (start_timestamp === null) {
    await queue.cancel(id, note);
  } else if (how === "succeeded" && !(endsAtStop && stop_timestamp !== null)) {
    await queue.finish(id, { verified });
  } else if (stop_timestamp !== null) {
    await queue.confirmStop(id);
  } else if (how === "failed") {
    await queue.fail(id, note);
  } else {
    await cancelAsKeeper(queue, id, note);
  }
}

function hasEnded({ finish_timestamp, cancellation_timestamp }: Deployment): boolean {
  return finish_timestamp !== null || cancellation_timestamp !== null;
}
