import { randomUUID } from "node:crypto";
import { answered } from "./answered.js";
import type { Deployment, DeploymentId, DeploymentRequest } from "./deployment.js";
import {
  abortError,
  CancelledError,
  DatabaseUnavailableError,
  RefusedError,
  throwIfAborted,
  WaitTimeoutError,
} from "./errors.js";
import { outlastOutages } from "./outage.js";
import type { Queue } from "./queue.js";
import { oneLine } from "./values.js";
import { type WaitOptions, waitForStart } from "./waiting.js";

export interface EnterOptions extends WaitOptions {
  /** Called as soon as the deployment has its place. */
  readonly onEnqueued?: ((deployment: Deployment) => Promise<void> | void) | undefined;
  /**
   * Called when a place was given up; failure is why it could not be. Then the deployment will be reaped, unless it has started
   * unheard, for somebody who sends no heartbeats.
   */
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
  throwIfAborted(options.signal);
  const enter = typeof wayIn === "function" ? wayIn : enqueueOnce(queue, wayIn, options.heartbeat);
  let id: DeploymentId | undefined;
  try {
    const enqueued = await outlastOutages(() => answered(queue.database, enter(), options.signal), options);
    if (enqueued.finish_timestamp !== null) {
      throw new RefusedError(
        `deployment ${enqueued.id} (${enqueued.component}) has the same idempotency key and has already finished`,
        { hint: "Another deployment needs a key of its own." },
      );
    }
    id = enqueued.id;
    await options.onEnqueued?.(enqueued);
    const started = isRunning(enqueued) ? enqueued : (await waitForStart(queue, id, options))?.deployment;
    const end = options.signal?.aborted === true ? abortError(options.signal) : undefined;
    // Whoever was told to stop while the start was under way must not leave it running; who only ran out of patience may.
    if (started !== undefined && (end === undefined || end instanceof WaitTimeoutError)) {
      return started;
    }
    throw end ?? new CancelledError("the wait was given up");
  } catch (error) {
    const cancelledByOthers = error instanceof CancelledError && options.signal?.aborted !== true;
    if (id !== undefined && !cancelledByOthers) {
      await giveUp(queue, id, error, options);
    }
    throw error;
  }
}

/**
 * Where nothing keeps it from starting, by the same call, which saves the rest; but only when heartbeats go on: nobody would know
 * of a deployment that runs without any when the answer is lost.
 */
function enqueueOnce(queue: Queue, request: DeploymentRequest, start: boolean): () => Promise<Deployment> {
  const idempotent = { ...request, idempotencyKey: request.idempotencyKey ?? randomUUID() };
  return () => queue.enqueue(idempotent, { heartbeat: true, start });
}

function isRunning({ start_timestamp, cancellation_timestamp }: Deployment): boolean {
  return start_timestamp !== null && cancellation_timestamp === null;
}

async function giveUp(queue: Queue, id: DeploymentId, error: unknown, options: EnterOptions): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  const note = oneLine(`gave up waiting: ${reason}`);
  const failure = await cancelSoon(queue, id, note).catch((failed: unknown) => failed);
  options.onGivenUp?.(id, failure);
}

async function cancelSoon(queue: Queue, id: DeploymentId, note: string): Promise<void> {
  const { database } = queue;
  const over = new AbortController();
  const silence = new DatabaseUnavailableError(`${database.target} did not answer within ${giveUpPatience / 1000} s`);
  const timer = setTimeout(() => over.abort(silence), giveUpPatience);
  try {
    await outlastOutages(() => answered(database, queue.cancel(id, note), over.signal, 0), { signal: over.signal });
  } finally {
    clearTimeout(timer);
  }
}
