import type { Cancellation } from "./calls/history.js";
import { cancellationOf, cancelledError } from "./cancelled.js";
import type { Deployment, DeploymentId } from "./deployment.js";
import { RefusedError } from "./errors.js";
import type { JourneyEvent } from "./events.js";
import { type JourneyOptions, takeTurn, type WayIn } from "./journey.js";
import { keepAlive } from "./keeping.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import type { Queue } from "./queue.js";

/** How the work has ended. */
export interface Outcome<Result> {
  readonly result: Result;
  /** Why it has failed, in one line; undefined when it has succeeded. */
  readonly failure: string | undefined;
}

/** How its deployment has ended. */
export type Ending =
  | { readonly how: "finished"; readonly deployment: Deployment }
  /** Cancelled, since the work has failed. */
  | { readonly how: "failed"; readonly deployment: Deployment }
  /** Another role or process has cancelled it; "who" is undefined when the database does not say. */
  | { readonly how: "cancelled"; readonly deployment: Deployment; readonly cancellation: Cancellation | undefined }
  /** The database did not take the outcome. The deployment is reaped when its heartbeat is too old. */
  | { readonly how: "untold"; readonly deployment: Deployment; readonly error: unknown };

/**
 * A whole deployment: takes its turn, works while heartbeats keep the deployment alive, and ends it as the work has ended, after an
 * outage if need be.
 * @param work must not throw; its signal is aborted, with a CancelledError, when another one cancels the deployment
 * @throws what takeTurn throws; after the start nothing
 */
export async function runDeployment<Result>(
  queue: Queue,
  wayIn: WayIn,
  work: (deployment: Deployment, cancelled: AbortSignal) => Promise<Outcome<Result>>,
  options: JourneyOptions,
): Promise<Outcome<Result> & { readonly end: Ending }> {
  const started = await takeTurn(queue, wayIn, { ...options, heartbeat: true });
  const { id } = started;
  // The work goes on, whatever a listener throws.
  const onEvent = async (event: JourneyEvent): Promise<void> => {
    try {
      await options.onEvent?.(event);
    } catch {}
  };
  const cancelled = new AbortController();
  const worked = new AbortController();
  const keeper = keepAlive(queue, id, { signal: worked.signal, onEvent, tolerant: true }).then((end) => {
    if (end?.cancellation_timestamp) {
      cancelled.abort(cancelledError(end));
    }
    return end;
  });
  let outcome: Outcome<Result>;
  try {
    outcome = await work(started, cancelled.signal);
  } finally {
    worked.abort();
  }
  const { failure } = outcome;
  let deployment: Deployment;
  try {
    const outages = { outageTimeout: options.outageTimeout, onEvent };
    deployment = (await keeper) ?? (await tellOutcome(queue, id, failure, outages));
  } catch (error) {
    return { ...outcome, end: { how: "untold", deployment: started, error } };
  }
  if (deployment.finish_timestamp !== null) {
    return { ...outcome, end: { how: "finished", deployment } };
  }
  if (failure !== undefined && deployment.cancellation_note === failure) {
    return { ...outcome, end: { how: "failed", deployment } };
  }
  const cancellation = await cancellationOf(queue, id);
  await onEvent({ event: "cancelled", deployment_id: id, ...cancellation });
  return { ...outcome, end: { how: "cancelled", deployment, cancellation } };
}

/** The ended deployment: it ends as the work has, unless another process has ended it first. */
async function tellOutcome(
  queue: Queue,
  id: DeploymentId,
  failure: string | undefined,
  outages: OutageOptions,
): Promise<Deployment> {
  try {
    return await outlastOutages(() => (failure === undefined ? queue.finish(id) : queue.cancel(id, failure)), outages);
  } catch (error) {
    if (!(error instanceof RefusedError)) {
      throw error;
    }
    const deployment = await outlastOutages(() => queue.deployment(id), outages);
    if (deployment.finish_timestamp === null && deployment.cancellation_timestamp === null) {
      throw error;
    }
    return deployment;
  }
}
