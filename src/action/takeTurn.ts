import type { Deployment } from "../queue/deployment.js";
import type { Blocker } from "../queue/forecast.js";
import { takeTurn as take } from "../queue/journey.js";
import type { Queue } from "../queue/queue.js";
import { type AttendOptions, attendTurn } from "./attendTurn.js";
import { log } from "./log.js";
import { beParent } from "./parent.js";
import type { TurnInputs } from "./turnInputs.js";
import { wayInOf } from "./wayIn.js";

/** A deployment that has started. */
export interface Turn {
  readonly deployment: Deployment;
  /** All that it waited for, as they were last seen, in their order. */
  readonly waitedFor: readonly Blocker[];
}

export interface TurnOptions extends Omit<AttendOptions, "log"> {
  /** Whether heartbeats go on after the start. */
  readonly heartbeat: boolean;
  /** The name of their keeper. */
  readonly keeper?: string;
  readonly cureOfUnverified?: string | undefined;
}

/**
 * Enters the line and starts, for the later steps of the job.
 * @returns undefined when a newer deployment makes this one needless, and the step is to succeed then
 * @throws CancelledError, WaitTimeoutError
 */
export async function takeTurn(queue: Queue, inputs: TurnInputs, options: TurnOptions): Promise<Turn | undefined> {
  const { heartbeat, keeper, cureOfUnverified } = options;
  const attended = attendTurn(queue, inputs, { ...options, log });
  try {
    const wayIn = await wayInOf(queue, inputs);
    const deployment = await take(queue, wayIn, {
      ...attended.journey,
      ...{ heartbeat, cureOfUnverified },
      ...(keeper === undefined ? {} : { keeper }),
    });
    beParent(deployment);
    return { deployment, waitedFor: attended.waitedFor() };
  } catch (error) {
    await attended.explain(error);
    return undefined;
  } finally {
    attended.end();
  }
}
