import type { Deployment, DeploymentId } from "./deployment.js";
import { HasPartsError, OtherKeeperError, RefusedError, UnverifiedError } from "./errors.js";
import type { JourneyEvent } from "./events.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { pause } from "./pause.js";
import type { Queue } from "./queue.js";

/** How often to ask whether what runs in the hold has ended, in milliseconds. */
const partsPause = 1_000;

export interface TellingOptions extends OutageOptions {
  readonly onEvent: (event: JourneyEvent) => Promise<void>;
  readonly keeper?: string;
  /** Whether it was seen that what was deployed works. */
  readonly verified?: boolean | undefined;
}

/** Why a deployment fails whose work has succeeded. */
export const unverified = "it was not verified, which its environment requires";

/**
 * The deployment as it has ended: as the work has, unless another client was faster. Where the policy requires a verification that there
 * was not, it has failed: nothing works for it any more.
 */
export async function tellOutcome(
  queue: Queue,
  id: DeploymentId,
  outcome: string | undefined,
  outages: TellingOptions,
): Promise<Deployment> {
  // With its name, the keeper ends no other deployment that has the number since a fail-over has lost its own.
  const { keeper, verified } = outages;
  let failure = outcome;
  const tell = async (): Promise<Deployment> => {
    if (failure === undefined) {
      return queue.finish(id, { keeper, verified });
    }
    const { stop_timestamp } = (await queue.heartbeat(id, keeper)).deployment;
    return stop_timestamp === null ? queue.fail(id, failure, keeper) : queue.confirmStop(id, keeper);
  };
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await outlastOutages(tell, outages);
    } catch (error) {
      if (!(error instanceof RefusedError) || error instanceof OtherKeeperError) {
        throw error;
      }
      if (error instanceof UnverifiedError) {
        failure = unverified;
        continue;
      }
      if (error instanceof HasPartsError) {
        if (isFirst) {
          await outages.onEvent({
            event: "waiting-for-parts",
            deployment_id: id,
            reason: error.message,
            hint: error.hint,
          });
        }
        await pause(partsPause);
        continue;
      }
      const deployment = await outlastOutages(() => queue.deployment(id), outages);
      if (deployment.finish_timestamp === null && deployment.cancellation_timestamp === null) {
        throw error;
      }
      return deployment;
    }
  }
}
