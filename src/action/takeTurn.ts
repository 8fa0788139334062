import { setOutput } from "@actions/core";
import { enterLine } from "../display/enterLine.js";
import { lineDisplay } from "../display/lineDisplay.js";
import type { Deployment } from "../queue/deployment.js";
import { CancelledError } from "../queue/errors.js";
import type { Blocker } from "../queue/place.js";
import type { Queue } from "../queue/queue.js";
import { startTimer } from "../queue/timer.js";
import { deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { parseMoment } from "../text/moments.js";
import { cancelledByOthers } from "./cancelledBy.js";
import type { StartInputs } from "./inputs.js";
import { log, logGroup } from "./log.js";
import { idempotencyKey } from "./workflow.js";

/** A deployment that has started. */
export interface Turn {
  readonly deployment: Deployment;
  /** Everybody it waited for, as they were last seen, in their order. */
  readonly waitedFor: readonly Blocker[];
}

export interface TurnOptions {
  /** Whether somebody goes on to send heartbeats. */
  readonly heartbeat: boolean;
  readonly onEnqueued?: (deployment: Deployment) => void;
}

/**
 * Enters the line and starts; signals, which GitHub sends when the run is cancelled, give the place up.
 * @throws CancelledError, WaitTimeoutError
 */
export async function takeTurn(queue: Queue, inputs: StartInputs, options: TurnOptions): Promise<Turn> {
  const waitedFor = new Map<number | string, Blocker>();
  let enqueued: Deployment | undefined;
  let stopTimer = (): void => undefined;
  try {
    const notBefore = await parseMoment(queue, inputs.notBefore, "not-before");
    const deployment = await enterLine(queue, {
      wayIn: { ...inputs.request, notBefore, idempotencyKey: idempotencyKey(inputs.job, inputs.request) },
      heartbeat: options.heartbeat,
      waitTimeout: inputs.waitTimeout,
      outageTimeout: inputs.outageTimeout,
      log,
      createDisplay: (waiting) => lineDisplay(waiting, log, logGroup),
      onEnqueued: async (entered) => {
        enqueued = entered;
        setOutput("deployment-id", entered.id);
        options.onEnqueued?.(entered);
        if (inputs.warnAfter !== undefined) {
          stopTimer = warnLater(entered, inputs.warnAfter);
        }
      },
      onEvent: (event) => {
        if (event.event === "waiting") {
          for (const blocker of event.blockers) {
            waitedFor.set("text" in blocker ? blocker.text : blocker.deployment_id, blocker);
          }
        }
      },
    });
    return { deployment, waitedFor: [...waitedFor.values()] };
  } catch (error) {
    if (error instanceof CancelledError && enqueued !== undefined) {
      const who = await cancelledByOthers(queue, enqueued.id, inputs.job);
      throw who === undefined ? error : new CancelledError(`${error.message}; by ${who}`, { cause: error });
    }
    throw error;
  } finally {
    stopTimer();
  }
}

function warnLater(deployment: Deployment, warnAfter: number): () => void {
  return startTimer(warnAfter, () =>
    log.warn(`${deploymentName(deployment)} has waited for longer than ${formatDuration(warnAfter)}`),
  );
}
