import { randomUUID } from "node:crypto";
import { deploymentName } from "../text/describe.js";
import { formatDuration, inSeconds } from "../text/durations.js";
import { answered } from "./answered.js";
import { cancellationOf } from "./cancelled.js";
import type { Deployment, DeploymentRequest } from "./deployment.js";
import {
  abortError,
  CancelledError,
  OtherKeeperError,
  RefusedAsCancelledError,
  throwIfAborted,
  WaitTimeoutError,
} from "./errors.js";
import type { JourneyEvent, Listener } from "./events.js";
import { tellForecast } from "./forecastNews.js";
import { giveUp } from "./givingUp.js";
import { type Lease, readClocks } from "./lease.js";
import { outlastOutages } from "./outage.js";
import type { Queue } from "./queue.js";
import { startTimer } from "./timer.js";
import { refuseUnverified } from "./unverified.js";
import { waitForStart } from "./waiting.js";
import type { WayIn } from "./wayIn.js";

export interface JourneyOptions {
  /** Aborting gives the place in the line up. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait in the line at most; then the place is given up. */
  readonly waitTimeout?: number | undefined;
  /** Milliseconds without a database after which to give up; 5 minutes by default. */
  readonly outageTimeout?: number | undefined;
  /** Told what happens. When it throws before the start, the place is given up. */
  readonly onEvent?: Listener<JourneyEvent> | undefined;
}

export interface TurnOptions extends JourneyOptions {
  /** Whether the caller goes on to send heartbeats once the deployment has started. */
  readonly heartbeat: boolean;
  /** The name that the caller has drawn for itself, if it goes on as the keeper. */
  readonly keeper?: string;
  /** Milliseconds within which the work ends when it is asked to; undefined: it cannot be ended. */
  readonly stopGrace?: number | undefined;
  /** Told of the start. */
  readonly lease?: Lease;
  /** Where the work is not going to be verified: how to change that, for those whose policy requires it. */
  readonly cureOfUnverified?: string | undefined;
}

/**
 * Enters the line, waits for the turn and starts. Leaves no place behind: an abort, a timeout, or an error while waiting cancels
 * the deployment.
 * @throws the reason of the abort when that is a DeployQueueError, else a CancelledError; WaitTimeoutError; RefusedError when the
 * idempotency key is that of other work, or of a deployment that has ended; UnverifiedError
 */
export async function takeTurn(queue: Queue, wayIn: WayIn, options: TurnOptions): Promise<Deployment> {
  const { heartbeat, waitTimeout, outageTimeout, onEvent, keeper = randomUUID(), stopGrace, lease } = options;
  const { cureOfUnverified: cure } = options;
  throwIfAborted(options.signal);
  const timeout = new AbortController();
  const signal = AbortSignal.any([timeout.signal, ...(options.signal ? [options.signal] : [])]);
  const keeping = { heartbeat, keeper, stopGrace };
  const enter = "enter" in wayIn ? () => wayIn.enter(keeper) : enqueueOnce(queue, wayIn, keeping);
  let entered: Deployment | undefined;
  let stopTimer = (): void => undefined;
  try {
    const outages = { signal, outageTimeout, onEvent };
    entered = await outlastOutages(async () => {
      if (cure !== undefined) {
        await answered(queue.source, refuseUnverified(queue, wayIn, cure), signal);
      }
      const sent = readClocks();
      const row = await answered(queue.source, enter(), signal);
      lease?.renewed(sent, row);
      return row;
    }, outages);
    const { id } = entered;
    if (heartbeat && isRunning(entered) && entered.keeper !== keeper) {
      throw new OtherKeeperError(`${deploymentName(entered)} runs already, and another process works for it`, {
        hint: "The same idempotency key means the same work. Wait for that process, or use another key.",
      });
    }
    await onEvent?.({ event: "enqueued", deployment: entered });
    if (waitTimeout !== undefined) {
      const name = deploymentName(entered);
      stopTimer = startTimer(waitTimeout, () =>
        timeout.abort(new WaitTimeoutError(`${name} did not get its turn within ${formatDuration(waitTimeout)}`)),
      );
    }
    const onLook = onEvent === undefined ? undefined : tellForecast(queue, onEvent);
    const started = isRunning(entered)
      ? entered
      : (await waitForStart(queue, id, { ...outages, ...keeping, ...(lease ? { lease } : {}), onLook }))?.deployment;
    const end = signal.aborted ? abortError(signal) : undefined;
    // A caller that was told to stop while the start was under way must not leave the deployment running; one whose time is up may.
    if (started === undefined || (end !== undefined && !(end instanceof WaitTimeoutError))) {
      throw end ?? new CancelledError("the wait was given up");
    }
    await onEvent?.({ event: "started", deployment: started });
    return started;
  } catch (error) {
    // What another process has taken over is not given up.
    if (entered !== undefined && !(error instanceof OtherKeeperError)) {
      if (error instanceof CancelledError && !signal.aborted) {
        const { id } = entered;
        await onEvent?.({ event: "cancelled", deployment_id: id, ...(await cancellationOf(queue, id)) });
      } else {
        await giveUp(queue, entered.id, error, { mayRun: !heartbeat, onEvent });
      }
    } else if (error instanceof RefusedAsCancelledError && error.deployment !== undefined) {
      // It was cancelled before it entered, such as a reservation that a newer one has superseded.
      const { deployment: id } = error;
      await onEvent?.({ event: "cancelled", deployment_id: id, ...(await cancellationOf(queue, id)) });
    }
    throw error instanceof RefusedAsCancelledError ? new CancelledError(error.message, { cause: error }) : error;
  } finally {
    stopTimer();
  }
}

/**
 * The call that enters the line also starts the deployment where nothing blocks it, which saves the other calls. That needs
 * heartbeats: when the answer is lost, a deployment that runs without them would never be reaped.
 */
function enqueueOnce(
  queue: Queue,
  request: DeploymentRequest,
  keeping: { readonly heartbeat: boolean; readonly keeper: string; readonly stopGrace: number | undefined },
): () => Promise<Deployment> {
  const idempotent = { ...request, idempotencyKey: request.idempotencyKey ?? keeping.keeper };
  const stopGrace = inSeconds(keeping.stopGrace);
  return () => queue.enqueue(idempotent, { ...keeping, stopGrace, heartbeat: true, start: keeping.heartbeat });
}

function isRunning({ start_timestamp, cancellation_timestamp }: Deployment): boolean {
  return start_timestamp !== null && cancellation_timestamp === null;
}
