import { setOutput } from "@actions/core";
import { followJourney } from "../display/followJourney.js";
import { lineDisplay } from "../display/lineDisplay.js";
import type { Log } from "../display/log.js";
import { giveUpAtSignal, onSignals } from "../display/signals.js";
import { cancellationOf } from "../queue/cancelled.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError, OutdatedError } from "../queue/errors.js";
import type { JourneyEvent } from "../queue/events.js";
import type { Blocker } from "../queue/forecast.js";
import type { Queue } from "../queue/queue.js";
import { startTimer } from "../queue/timer.js";
import type { Attended } from "../supervision/runCommand.js";
import { deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { askForApproval } from "./askForApproval.js";
import { cancelledBy } from "./cancelledBy.js";
import { logGroup } from "./log.js";
import { withCure } from "./parent.js";
import type { TurnInputs } from "./turnInputs.js";

export interface AttendOptions {
  readonly log: Log;
  readonly onEnqueued?: ((deployment: Deployment) => void) | undefined;
  /** Its deployment is not to run any more. */
  readonly onSuperseded?: (() => void) | undefined;
}

/** A turn that a step takes: shown in its log, told to its outputs, and given up at a signal, which GitHub sends when the run is cancelled. */
export interface AttendedTurn extends Attended {
  /** All that it has waited for, as they were last seen, in their order. */
  waitedFor(): Blocker[];
  /**
   * Why the turn did not come. Returns when a newer deployment makes this one needless, and the step is to succeed then.
   * @throws the error, with what a workflow needs to know
   */
  explain(error: unknown): Promise<void>;
  end(): void;
}

export function attendTurn(queue: Queue, inputs: TurnInputs, options: AttendOptions): AttendedTurn {
  const { waitTimeout, outageTimeout, warnAfter } = inputs;
  const { log } = options;
  const blockers = new Map<number | string, Blocker>();
  let enqueued: Deployment | undefined;
  let isAsked = false;
  let stopTimer = (): void => undefined;
  const follower = followJourney(log, (waiting) => lineDisplay(waiting, log, logGroup));
  const onEvent = async (event: JourneyEvent): Promise<void> => {
    await follower.onEvent(event);
    if (event.event === "enqueued") {
      enqueued = event.deployment;
      warnOfIgnored(log, inputs, enqueued);
      setOutput("deployment-id", enqueued.id);
      setOutput("version", enqueued.version ?? "");
      options.onEnqueued?.(enqueued);
      stopTimer = warnAfter === undefined ? stopTimer : warnLater(log, enqueued, warnAfter);
    } else if (event.event === "waiting") {
      isAsked = isAsked || (enqueued !== undefined && askForApproval(enqueued, event.blockers));
      for (const blocker of event.blockers) {
        blockers.set("text" in blocker ? blocker.text : blocker.deployment_id, blocker);
      }
    } else if (event.event === "started") {
      stopTimer();
    }
  };
  const giveUp = new AbortController();
  let heed = giveUpAtSignal(giveUp, follower);
  const stopHeeding = onSignals((signal) => heed(signal));
  return {
    journey: { waitTimeout, outageTimeout, signal: giveUp.signal, onEvent },
    onSignal: (callback) => {
      heed = callback;
    },
    waitedFor: () => [...blockers.values()],
    async explain(error) {
      const supersededBy = giveUp.signal.aborted ? undefined : await supersederOf(queue, error);
      if (supersededBy !== undefined) {
        options.onSuperseded?.();
        setOutput("superseded-by", supersededBy);
        if (inputs.succeedsSuperseded && error instanceof Error) {
          return log.warn(error.message);
        }
        throw error;
      }
      if (error instanceof CancelledError && enqueued !== undefined && !giveUp.signal.aborted) {
        throw new CancelledError(`${error.message}; by ${await cancelledBy(queue, enqueued.id)}`, { cause: error });
      }
      throw withCure(error);
    },
    end() {
      stopHeeding();
      stopTimer();
    },
  };
}

/** The newer deployment that makes this one needless, whether it waited or was refused. */
async function supersederOf(queue: Queue, error: unknown): Promise<string | number | undefined> {
  if (error instanceof OutdatedError) {
    return /\bdeployment (\d+)/.exec(error.message)?.[1];
  }
  const id = error instanceof CancelledError ? error.deployment : undefined;
  return id === undefined ? undefined : (await cancellationOf(queue, id))?.superseded_by;
}

function warnOfIgnored(log: Log, { wanted }: TurnInputs, deployment: Deployment): void {
  if ("reserved" in wanted) {
    const { ignored, sequence } = wanted;
    const names = [...ignored, ...(sequence === undefined || sequence === deployment.sequence ? [] : ["sequence"])];
    if (names.length > 0) {
      log.warn(
        `the reservation of ${deploymentName(deployment)} stands: ${names.join(", ")} of this step ${names.length === 1 ? "has" : "have"} no effect`,
      );
    }
  }
}

function warnLater(log: Log, deployment: Deployment, warnAfter: number): () => void {
  return startTimer(warnAfter, () =>
    log.warn(`${deploymentName(deployment)} has waited for longer than ${formatDuration(warnAfter)}`),
  );
}
