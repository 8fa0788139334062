import { setOutput } from "@actions/core";
import { followJourney } from "../display/followJourney.js";
import { lineDisplay } from "../display/lineDisplay.js";
import { giveUpAtSignal, onSignals } from "../display/signals.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError } from "../queue/errors.js";
import type { JourneyEvent } from "../queue/events.js";
import type { Blocker } from "../queue/forecast.js";
import { takeTurn as take } from "../queue/journey.js";
import type { Queue } from "../queue/queue.js";
import { startTimer } from "../queue/timer.js";
import { deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { parseMoment } from "../text/moments.js";
import { cancelledBy } from "./cancelledBy.js";
import type { StartInputs } from "./inputs.js";
import { log, logGroup } from "./log.js";
import { beParent, parentOf, withCure } from "./parent.js";
import { idempotencyKey } from "./workflow.js";

/** A deployment that has started. */
export interface Turn {
  readonly deployment: Deployment;
  /** All that it waited for, as they were last seen, in their order. */
  readonly waitedFor: readonly Blocker[];
}

export interface TurnOptions {
  /** Whether heartbeats go on after the start. */
  readonly heartbeat: boolean;
  /** The name of their keeper. */
  readonly keeper?: string;
  readonly onEnqueued?: (deployment: Deployment) => void;
}

/**
 * Enters the line and starts; signals, which GitHub sends when the run is cancelled, give the place up.
 * @throws CancelledError, WaitTimeoutError
 */
export async function takeTurn(queue: Queue, inputs: StartInputs, options: TurnOptions): Promise<Turn> {
  const { request, waitTimeout, outageTimeout, warnAfter } = inputs;
  const waitedFor = new Map<number | string, Blocker>();
  let enqueued: Deployment | undefined;
  let stopTimer = (): void => undefined;
  const follower = followJourney(log, (waiting) => lineDisplay(waiting, log, logGroup));
  const onEvent = async (event: JourneyEvent): Promise<void> => {
    await follower.onEvent(event);
    if (event.event === "enqueued") {
      enqueued = event.deployment;
      setOutput("deployment-id", enqueued.id);
      options.onEnqueued?.(enqueued);
      stopTimer = warnAfter === undefined ? stopTimer : warnLater(enqueued, warnAfter);
    } else if (event.event === "waiting") {
      for (const blocker of event.blockers) {
        waitedFor.set("text" in blocker ? blocker.text : blocker.deployment_id, blocker);
      }
    }
  };
  const giveUp = new AbortController();
  const stopHeeding = onSignals(giveUpAtSignal(giveUp, follower));
  try {
    const notBefore = await parseMoment(queue, inputs.notBefore, "not-before");
    const wayIn = {
      ...request,
      ...(await parentOf(queue, inputs)),
      notBefore,
      idempotencyKey: idempotencyKey(inputs.job, request),
    };
    const { heartbeat, keeper } = options;
    const journey = {
      heartbeat,
      ...(keeper === undefined ? {} : { keeper }),
      waitTimeout,
      outageTimeout,
      signal: giveUp.signal,
      onEvent,
    };
    const deployment = await take(queue, wayIn, journey);
    beParent(deployment);
    return { deployment, waitedFor: [...waitedFor.values()] };
  } catch (error) {
    if (error instanceof CancelledError && enqueued !== undefined && !giveUp.signal.aborted) {
      throw new CancelledError(`${error.message}; by ${await cancelledBy(queue, enqueued.id)}`, { cause: error });
    }
    throw withCure(error);
  } finally {
    stopHeeding();
    stopTimer();
  }
}

function warnLater(deployment: Deployment, warnAfter: number): () => void {
  return startTimer(warnAfter, () =>
    log.warn(`${deploymentName(deployment)} has waited for longer than ${formatDuration(warnAfter)}`),
  );
}
