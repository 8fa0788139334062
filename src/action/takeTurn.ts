import { setOutput } from "@actions/core";
import { followJourney } from "../display/followJourney.js";
import { lineDisplay } from "../display/lineDisplay.js";
import { giveUpAtSignal, onSignals } from "../display/signals.js";
import { cancellationOf } from "../queue/cancelled.js";
import type { Deployment, DeploymentRequest } from "../queue/deployment.js";
import { CancelledError, OutdatedError } from "../queue/errors.js";
import type { JourneyEvent } from "../queue/events.js";
import type { Blocker } from "../queue/forecast.js";
import { takeTurn as take } from "../queue/journey.js";
import type { Queue } from "../queue/queue.js";
import { startTimer } from "../queue/timer.js";
import { type WayIn, wayInto } from "../queue/wayIn.js";
import { deploymentName } from "../text/describe.js";
import { formatDuration } from "../text/durations.js";
import { parseMoment } from "../text/moments.js";
import { promotedText } from "../text/promotion.js";
import { askForApproval } from "./askForApproval.js";
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
  readonly cureOfUnverified?: string | undefined;
  readonly onEnqueued?: (deployment: Deployment) => void;
  /** Its deployment is not to run any more. */
  readonly onSuperseded?: () => void;
}

/**
 * Enters the line and starts; signals, which GitHub sends when the run is cancelled, give the place up.
 * @returns undefined when a newer deployment makes this one needless, and the step is to succeed then
 * @throws CancelledError, WaitTimeoutError
 */
export async function takeTurn(queue: Queue, inputs: StartInputs, options: TurnOptions): Promise<Turn | undefined> {
  const { waitTimeout, outageTimeout, warnAfter } = inputs;
  const waitedFor = new Map<number | string, Blocker>();
  let enqueued: Deployment | undefined;
  let isAsked = false;
  let stopTimer = (): void => undefined;
  const follower = followJourney(log, (waiting) => lineDisplay(waiting, log, logGroup));
  const onEvent = async (event: JourneyEvent): Promise<void> => {
    await follower.onEvent(event);
    if (event.event === "enqueued") {
      enqueued = event.deployment;
      warnOfIgnored(inputs, enqueued);
      setOutput("deployment-id", enqueued.id);
      setOutput("version", enqueued.version ?? "");
      options.onEnqueued?.(enqueued);
      stopTimer = warnAfter === undefined ? stopTimer : warnLater(enqueued, warnAfter);
    } else if (event.event === "waiting") {
      isAsked = isAsked || (enqueued !== undefined && askForApproval(enqueued, event.blockers));
      for (const blocker of event.blockers) {
        waitedFor.set("text" in blocker ? blocker.text : blocker.deployment_id, blocker);
      }
    }
  };
  const giveUp = new AbortController();
  const stopHeeding = onSignals(giveUpAtSignal(giveUp, follower));
  try {
    const wayIn = await wayInOf(queue, inputs);
    const { heartbeat, keeper, cureOfUnverified } = options;
    const journey = {
      heartbeat,
      cureOfUnverified,
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
    const supersededBy = giveUp.signal.aborted ? undefined : await supersederOf(queue, error);
    if (supersededBy !== undefined) {
      options.onSuperseded?.();
      setOutput("superseded-by", supersededBy);
      if (inputs.succeedsSuperseded && error instanceof Error) {
        log.warn(error.message);
        return undefined;
      }
      throw error;
    }
    if (error instanceof CancelledError && enqueued !== undefined && !giveUp.signal.aborted) {
      throw new CancelledError(`${error.message}; by ${await cancelledBy(queue, enqueued.id)}`, { cause: error });
    }
    throw withCure(error);
  } finally {
    stopHeeding();
    stopTimer();
  }
}

async function wayInOf(queue: Queue, inputs: StartInputs): Promise<WayIn> {
  const { wanted } = inputs;
  if ("reserved" in wanted) {
    return wayInto(queue, wanted.reserved);
  }
  return {
    ...wanted,
    ...(await promoted(queue, wanted, inputs.latestFrom)),
    ...(await parentOf(queue, inputs)),
    notBefore: await parseMoment(queue, inputs.notBefore, "not-before"),
    idempotencyKey: idempotencyKey(inputs.job, wanted),
  };
}

/** The newest version of an environment and its artifact, where the step asks for these. */
async function promoted(
  queue: Queue,
  wanted: DeploymentRequest,
  latestFrom: string | undefined,
): Promise<Pick<DeploymentRequest, "version" | "artifact">> {
  if (latestFrom === undefined) {
    return {};
  }
  const latest = await queue.promotions.latest(latestFrom, wanted);
  log.info(promotedText(wanted.component, latest, latestFrom));
  return { version: latest.version, artifact: latest.artifact ?? undefined };
}

/** The newer deployment that makes this one needless, whether it waited or was refused. */
async function supersederOf(queue: Queue, error: unknown): Promise<string | number | undefined> {
  if (error instanceof OutdatedError) {
    return /\bdeployment (\d+)/.exec(error.message)?.[1];
  }
  const id = error instanceof CancelledError ? error.deployment : undefined;
  return id === undefined ? undefined : (await cancellationOf(queue, id))?.superseded_by;
}

function warnOfIgnored({ wanted }: StartInputs, deployment: Deployment): void {
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

function warnLater(deployment: Deployment, warnAfter: number): () => void {
  return startTimer(warnAfter, () =>
    log.warn(`${deploymentName(deployment)} has waited for longer than ${formatDuration(warnAfter)}`),
  );
}
