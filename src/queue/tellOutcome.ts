import type { Deployment, DeploymentId } from "./deployment.js";
import { HasPartsError, OtherKeeperError, RefusedError } from "./errors.js";
import type { JourneyEvent } from "./events.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { pause } from "./pause.js";
import type { Queue } from "./queue.js";

/** How often to ask whether what runs in the hold has ended, in milliseconds. */
const partsPause = 1_000;

/** The deployment as it has ended: as the work has, unless another client was faster. */
export async function tellOutcome(
  queue: Queue,
  id: DeploymentId,
  failure: string | undefined,
  outages: OutageOptions & { readonly onEvent: (event: JourneyEvent) => Promise<void>; readonly keeper?: string },
): Promise<Deployment> {
  // With its name, the keeper ends no other deployment that has the number since a fail-over has lost its own.
  const { keeper } = outages;
  const tell = async (): Promise<Deployment> => {
    if (failure === undefined) {
      return queue.finish(id, keeper);
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
