import { inSeconds } from "../text/durations.js";
import { answered } from "./answered.js";
import { cancelledError } from "./cancelled.js";
import { deploymentChannel } from "./channels.js";
import type { DeploymentId } from "./deployment.js";
import { CancelledError, RefusedAsCancelledError } from "./errors.js";
import type { JourneyEvent, Listener } from "./events.js";
import type { StartAttempt } from "./forecast.js";
import { type Lease, readClocks } from "./lease.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { catchWakeUps } from "./pause.js";
import type { Queue } from "./queue.js";

export interface WaitOptions extends Omit<OutageOptions, "onEvent" | "whileHeldUp"> {
  /** Whether the caller goes on to send heartbeats once the deployment has started. */
  readonly heartbeat: boolean;
  /** The name that the keeper has drawn for itself. */
  readonly keeper?: string;
  /** Milliseconds within which the work ends when it is asked to; undefined: it cannot be ended. */
  readonly stopGrace?: number | undefined;
  /** Told of the start. */
  readonly lease?: Lease;
  readonly onEvent?: Listener<JourneyEvent> | undefined;
  /** Called after each look that ended with "not yet". */
  readonly onLook?: Listener<StartAttempt> | undefined;
}

/** Without notifications: how long to sleep between looks, in milliseconds. */
const shortestLook = 2_000;
const longestLook = 15_000;
const lookGrowth = 1.5;
/** What is kept and told of all that happens still looks by itself now and then, in milliseconds. */
const keptLook = 300_000;

/**
 * Sleeps until the deployment may start, and starts it. Woken by its channel; looks by itself when a buffer ends and
 * at every heartbeat interval, which is also the sign of life of the wait. Outlasts outages, and transactions that lock the
 * cell.
 * @returns the successful attempt, or undefined when the signal was aborted first
 * @throws CancelledError when another one has cancelled the deployment; what abortError says when the database did not answer
 * when the signal was aborted
 */
export async function waitForStart(
  queue: Queue,
  id: DeploymentId,
  options: WaitOptions,
): Promise<StartAttempt | undefined> {
  const { signal, onEvent } = options;
  const channel = deploymentChannel(id);
  const wakeUps = catchWakeUps(queue.source, channel);
  const orAborted = <Result>(call: Promise<Result>): Promise<Result> => answered(queue.source, call, signal);
  const look = async (): Promise<StartAttempt> => {
    const { heartbeat, keeper, stopGrace } = options;
    await queue.source.listen(channel, keeper);
    const sent = readClocks();
    const attempt = await queue.tryStart(id, { heartbeat, keeper, stopGrace: inSeconds(stopGrace) });
    options.lease?.renewed(sent, attempt.deployment);
    return attempt;
  };
  /** Called in place of the looks that are held up. When it fails, the next look says why. */
  const whileHeldUp = (): Promise<void> => orAborted(showSignOfLife(queue, id)).catch(() => undefined);
  let longestSleep: number | undefined;
  /** Whether notifications arrive; undefined until that is known. */
  let arrive: boolean | undefined;
  let over = false;
  let refusal: { readonly error: unknown } | undefined;
  /** Runs beside the wait, which it does not delay. It asks again after each look, since notifications may only have been late. */
  const probe = async (): Promise<void> => {
    const answer = await queue.source.notificationsArrive(channel).catch(() => undefined);
    if (answer === undefined || answer === arrive || over) {
      return;
    }
    arrive = answer;
    if (arrive) {
      longestSleep = undefined;
      queue.source.ownsSession();
    } else {
      longestSleep = shortestLook;
      await onEvent?.({ event: "no-notifications" });
    }
    wakeUps.wake();
  };
  try {
    while (signal?.aborted !== true) {
      const attempt = await outlastOutages(() => orAborted(look()), { ...options, whileHeldUp });
      if (attempt.started) {
        return attempt;
      }
      if (attempt.deployment.cancellation_timestamp !== null) {
        throw cancelledError(attempt.deployment);
      }
      await orAborted(Promise.resolve(options.onLook?.(attempt)));
      if (arrive !== true) {
        void probe().catch((error: unknown) => {
          refusal = { error };
          wakeUps.wake();
        });
      }
      const turn = arrive === false ? Number.POSITIVE_INFINITY : await queue.source.giveWay();
      const lookAgainIn = queue.source.isKept(channel) ? keptLook : Math.ceil(attempt.lookAgainIn * 1000);
      await wakeUps.sleep(Math.min(lookAgainIn, longestSleep ?? lookAgainIn, turn), signal);
      if (refusal !== undefined) {
        throw refusal.error;
      }
      longestSleep = longestSleep && Math.min(longestLook, longestSleep * lookGrowth);
    }
    return undefined;
  } catch (error) {
    throw error instanceof RefusedAsCancelledError ? new CancelledError(error.message, { cause: error }) : error;
  } finally {
    over = true;
    wakeUps.stop();
  }
}

/** Sends a heartbeat, which needs no lock of the cell. A deployment without heartbeats, or one that has started, gets none. */
async function showSignOfLife(queue: Queue, id: DeploymentId): Promise<void> {
  const { start_timestamp, heartbeat_timestamp } = await queue.deployment(id);
  if (start_timestamp === null && heartbeat_timestamp !== null) {
    await queue.heartbeat(id);
  }
}
