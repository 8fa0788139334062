import { randomUUID } from "node:crypto";
import { deploymentName } from "../text/describe.js";
import { formatDuration, inSeconds } from "../text/durations.js";
import type { Cancellation } from "./calls/history.js";
import { cancellationOf, cancelledError } from "./cancelled.js";
import type { Deployment } from "./deployment.js";
import {
  AccessDeniedError,
  abortError,
  CancelledError,
  type DeployQueueError,
  isDenial,
  LostContactError,
  OtherKeeperError,
  reasonOf,
} from "./errors.js";
import type { JourneyEvent } from "./events.js";
import { watchLease } from "./fence.js";
import { type JourneyOptions, takeTurn } from "./journey.js";
import { keepAlive } from "./keeping.js";
import { Lease } from "./lease.js";
import { outlastOutages } from "./outage.js";
import type { Queue } from "./queue.js";
import { tellOutcome } from "./tellOutcome.js";
import type { WayIn } from "./wayIn.js";

export interface RunOptions extends JourneyOptions {
  /** Milliseconds within which the work ends once its signal is aborted; undefined: it may take any time, or not end at all. */
  readonly stopGrace?: number | undefined;
  /** Whether the work goes on when the lease ends without contact to the database, and another deployment may start beside it. */
  readonly continueWithoutContact?: boolean | undefined;
  /** Aborting it ends the work. */
  readonly workSignal?: AbortSignal | undefined;
  /** Where the work is not going to be verified: how to change that, for those whose policy requires it. */
  readonly cureOfUnverified?: string | undefined;
}

/** How the work has ended. */
export interface Outcome<Result> {
  readonly result: Result;
  /** Why it has failed, in one line; undefined when it has succeeded. */
  readonly failure: string | undefined;
  /** Whether it was seen that what was deployed works. */
  readonly verified?: boolean;
}

/** How its deployment has ended. */
export type Ending =
  | { readonly how: "finished"; readonly deployment: Deployment }
  /** Its work has failed. */
  | { readonly how: "failed"; readonly deployment: Deployment }
  /** Another one has cancelled it; who is undefined when the database does not say. */
  | { readonly how: "cancelled"; readonly deployment: Deployment; readonly cancellation: Cancellation | undefined }
  /** The keeper has ended the work before its lease was over. */
  | { readonly how: "lost-contact"; readonly deployment: Deployment; readonly error: LostContactError }
  /** The database did not take the outcome. The deployment is reaped when its lease is over. */
  | { readonly how: "untold"; readonly deployment: Deployment; readonly error: unknown };

/** The work that runs, as the database has started it. */
export interface Running {
  readonly deployment: Deployment;
  /** The name of its keeper. */
  readonly keeper: string;
  /** Aborted when the work is to end, with a DeployQueueError that says why. */
  readonly stop: AbortSignal;
  /** Milliseconds that the work has to end then, which is never more than a third of the lease. */
  readonly grace: () => number;
  readonly lease: Lease;
  /** Milliseconds before the end of the lease at which the work is to end when nothing is heard of the database. */
  readonly reserve: () => number;
  /** Tells that the work is done and is being checked. When that cannot be told, the check goes on all the same. */
  readonly beginVerification: () => Promise<void>;
}

/** What is left of the lease when the grace period is over, in milliseconds: also a busy machine has ended the work by then. */
const longestMargin = 2_000;

/** A deployment that has started, with this process as its keeper. */
export interface Started {
  readonly deployment: Deployment;
  readonly keeper: string;
  readonly lease: Lease;
}

/**
 * A whole deployment: takes its turn, and keeps it as keepDeployment does.
 * @param work must not throw
 * @throws what takeTurn throws; after the start nothing
 */
export async function runDeployment<Result>(
  queue: Queue,
  wayIn: WayIn,
  work: (running: Running) => Promise<Outcome<Result>>,
  options: RunOptions,
): Promise<Outcome<Result> & { readonly end: Ending }> {
  const lease = new Lease();
  const keeper = randomUUID();
  const deployment = await takeTurn(queue, wayIn, { ...options, heartbeat: true, keeper, lease });
  if (!("enter" in wayIn)) {
    lease.limitWork(wayIn.maxDuration === undefined ? undefined : wayIn.maxDuration * 1000);
  }
  return keepDeployment(queue, { deployment, keeper, lease }, work, options);
}

/**
 * Works while heartbeats keep a deployment alive, and ends it as the work has ended, after an outage if need be. The work is told to
 * end when the deployment is cancelled or runs for too long, and before its lease is over.
 * @param work must not throw
 */
export async function keepDeployment<Result>(
  queue: Queue,
  { deployment: started, keeper, lease }: Started,
  work: (running: Running) => Promise<Outcome<Result>>,
  options: RunOptions,
): Promise<Outcome<Result> & { readonly end: Ending }> {
  const { outageTimeout, stopGrace } = options;
  const { id } = started;
  const name = deploymentName(started);
  // The work goes on, whatever a listener throws.
  const onEvent = async (event: JourneyEvent): Promise<void> => {
    try {
      await options.onEvent?.(event);
    } catch {}
  };
  const stop = new AbortController();
  const end = (reason: DeployQueueError): void => {
    if (!stop.signal.aborted) {
      stop.abort(reason);
      void onEvent({ event: "stopping", deployment_id: id, reason: reason.message });
    }
  };
  const grace = (): number => Math.min(stopGrace ?? Number.POSITIVE_INFINITY, lease.length / 3);
  const reserve = (): number => grace() + Math.min(longestMargin, lease.length / 10);
  let asked: Promise<unknown> = Promise.resolve();
  const lastMoment = options.continueWithoutContact === true ? () => Number.NEGATIVE_INFINITY : reserve;
  const stopWatching = watchLease(lease, lastMoment, {
    onLostContact: () =>
      end(new LostContactError(`${name} had no contact to the database for nearly as long as its lease`)),
    onTooLong: () => {
      const note = `it ran for longer than ${formatDuration(lease.maxDuration)}`;
      end(new CancelledError(`${name} is ended: ${note}`));
      asked = outlastOutages(() => queue.cancel(id, note), { outageTimeout }).catch(() => undefined);
    },
  });
  const { workSignal } = options;
  const onWorkAborted = (): void => {
    if (workSignal !== undefined) {
      end(abortError(workSignal, `${name} was given up`));
    }
  };
  workSignal?.addEventListener("abort", onWorkAborted, { once: true });
  if (workSignal?.aborted === true) {
    onWorkAborted();
  }
  let forgotten: { readonly hasPlace: boolean } | undefined;
  const told = new AbortController();
  const keeping = keepAlive(queue, id, {
    keeper,
    lease,
    signal: told.signal,
    onEvent,
    tolerant: true,
    onStop: (deployment) => end(stopError(deployment)),
    onForgotten: async (present) => {
      if (forgotten !== undefined) return;
      // Nothing is lost where it may start again.
      if (
        present !== undefined &&
        (await queue.tryStart(id, { heartbeat: true, keeper, stopGrace: inSeconds(stopGrace) })).started
      )
        return;
      forgotten = { hasPlace: present !== undefined };
      if (options.continueWithoutContact !== true) {
        end(new LostContactError(`the database does not know that ${name} has started: a fail-over has lost that`));
      }
    },
  }).then((ended) => {
    // Work that goes on without contact goes on when the contact is back, and its lease was over meanwhile.
    const goesOn = options.continueWithoutContact === true && ended?.cancellation_kind === "reaped";
    if (ended?.cancellation_timestamp && !goesOn) {
      end(cancelledError(ended));
    }
    return ended;
  });
  const beginVerification = async (): Promise<void> => {
    const begin = () => queue.beginVerification(id, keeper);
    const deployment = await outlastOutages(begin, { signal: stop.signal, outageTimeout, onEvent }).catch(
      () => undefined,
    );
    if (deployment !== undefined) {
      await onEvent({ event: "verifying", deployment });
    }
  };
  const running = { deployment: started, keeper, stop: stop.signal, grace, lease, reserve, beginVerification };
  const outcome = await work(running);
  stopWatching();
  workSignal?.removeEventListener("abort", onWorkAborted);
  await asked;
  const { failure, verified } = outcome;
  let deployment: Deployment;
  try {
    // Heartbeats go on until the database knows: the cell is given on by that, and not by the end of the lease.
    const outages = { outageTimeout, onEvent, keeper, verified };
    if (forgotten !== undefined) {
      // What has its number now may be another deployment.
      const leave = () => queue.cancel(id, "a fail-over has lost its start");
      if (forgotten.hasPlace) await outlastOutages(leave, outages);
      throw new LostContactError(`the outcome of ${name} is not kept: a fail-over has lost its start`);
    }
    deployment = await Promise.race([
      keeping.then((ended) => ended ?? new Promise<never>(() => undefined)),
      tellOutcome(queue, id, failure, outages),
    ]);
  } catch (error) {
    const { reason } = stop.signal;
    return {
      ...outcome,
      end: {
        ...{ how: "untold", deployment: started },
        error: reason instanceof LostContactError ? reason : untoldError(name, error),
      },
    };
  } finally {
    told.abort();
    await keeping.catch(() => undefined);
  }
  return { ...outcome, end: await endingOf(queue, deployment, stop.signal, onEvent) };
}

function untoldError(name: string, error: unknown): unknown {
  if (error instanceof OtherKeeperError) {
    return new LostContactError(`the outcome of ${name} is not kept: ${error.message}`, { cause: error });
  }
  return isDenial(error)
    ? new AccessDeniedError(`the outcome of ${name} could not be told: ${reasonOf(error)}`, {
        hint: "It is reaped when its lease is over.",
        cause: error,
      })
    : error;
}

async function endingOf(
  queue: Queue,
  deployment: Deployment,
  stop: AbortSignal,
  onEvent: (event: JourneyEvent) => Promise<void>,
): Promise<Ending> {
  if (deployment.finish_timestamp !== null) {
    return { how: "finished", deployment };
  }
  if (stop.reason instanceof LostContactError) {
    return { how: "lost-contact", deployment, error: stop.reason };
  }
  if (deployment.cancellation_kind === "failed") {
    return { how: "failed", deployment };
  }
  const cancellation = await cancellationOf(queue, deployment.id);
  await onEvent({ event: "cancelled", deployment_id: deployment.id, ...cancellation });
  return { how: "cancelled", deployment, cancellation };
}

function stopError(deployment: Deployment): CancelledError {
  const why = deployment.cancellation_note ?? "no reason given";
  return new CancelledError(`${deploymentName(deployment)} is to stop: ${why}`);
}
