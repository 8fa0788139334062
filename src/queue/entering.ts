import { randomUUID } from "node:crypto";
import type { Deployment, DeploymentId, DeploymentRequest } from "./deployment.js";
import { CancelledError, DeployQueueError, RefusedError, WaitTimeoutError } from "./errors.js";
import { outlastOutages } from "./outage.js";
import type { Queue } from "./queue.js";
import { type WaitOptions, waitForStart } from "./waiting.js";

export interface EnterOptions extends WaitOptions {
  /** Called as soon as the deployment has its place. */
  readonly onEnqueued?: ((deployment: Deployment) => Promise<void> | void) | undefined;
  /** Called when a place was given up; failure is why it could not be, and then the deployment will be reaped. */
  readonly onGivenUp?: ((id: DeploymentId, failure: unknown) => void) | undefined;
}

/** How long to try to give a place up, in milliseconds: somebody waits for this process to end. */
const giveUpPatience = 5_000;

/** What is asked for, or what puts a deployment that is there already into the line. It may be called more than once. */
export type WayIn = DeploymentRequest | (() => Promise<Deployment>);

/**
 * Enters the line, waits and starts. Leaves no place behind: an abort, or an error while waiting, cancels it.
 * @throws the reason of the abort, when that is a DeployQueueError; else a CancelledError; a RefusedError when its
 * idempotency key is that of a deployment that has finished
 */
export async function enterLineAndStart(queue: Queue, wayIn: WayIn, options: EnterOptions): Promise<Deployment> {
  const enter = typeof wayIn === "function" ? wayIn : enqueueOnce(queue, wayIn);
  let id: DeploymentId | undefined;
  try {
    const enqueued = await outlastOutages(enter, options);
    if (enqueued.finish_timestamp !== null) {
      throw new RefusedError(
        `deployment ${enqueued.id} (${enqueued.component}) has the same idempotency key and has already finished`,
        { hint: "Another deployment needs a key of its own." },
      );
    }
    id = enqueued.id;
    await options.onEnqueued?.(enqueued);
    const attempt = await waitForStart(queue, id, options);
    const reason: unknown = options.signal?.reason;
    // Whoever was told to stop while the start was under way must not leave it running; who only ran out of patience may.
    if (attempt !== undefined && (options.signal?.aborted !== true || reason instanceof WaitTimeoutError)) {
      return attempt.deployment;
    }
    throw reason instanceof DeployQueueError ? reason : new CancelledError("the wait was given up", { cause: reason });
  } catch (error) {
    const cancelledByOthers = error instanceof CancelledError && options.signal?.aborted !== true;
    if (id !== undefined && !cancelledByOthers) {
      await giveUp(queue, id, error, options);
    }
    throw error;
  }
}

function enqueueOnce(queue: Queue, request: DeploymentRequest): () => Promise<Deployment> {
  const idempotent = { ...request, idempotencyKey: request.idempotencyKey ?? randomUUID() };
  return () => queue.enqueue(idempotent, { heartbeat: true });
}

async function giveUp(queue: Queue, id: DeploymentId, error: unknown, options: EnterOptions): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  const note = `gave up waiting: ${reason}`.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ");
  try {
    await outlastOutages(() => queue.cancel(id, note), { giveUpAfter: giveUpPatience });
    options.onGivenUp?.(id, undefined);
  } catch (failure) {
    options.onGivenUp?.(id, failure);
  }
}
