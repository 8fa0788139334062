import { deploymentChannel } from "./channels.js";
import type { Deployment, DeploymentId } from "./deployment.js";
import type { JourneyEvent, Listener } from "./events.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { catchWakeUps } from "./pause.js";
import type { Queue } from "./queue.js";

export interface KeepOptions extends Pick<OutageOptions, "signal" | "outageTimeout"> {
  readonly onEvent?: Listener<JourneyEvent> | undefined;
  /** Whether to report an error that is no outage and go on; otherwise the error is thrown. */
  readonly tolerant: boolean;
}

/** How long to wait after such an error, in milliseconds. */
const errorPause = 10_000;

/**
 * Sends heartbeats until the deployment has ended, which its channel tells at once, or the signal is aborted. Gives up
 * only after options.outageTimeout without a database; by default never, since the deployment goes on regardless.
 * @returns the ended deployment, or undefined when aborted
 */
export async function keepAlive(queue: Queue, id: DeploymentId, options: KeepOptions): Promise<Deployment | undefined> {
  const { signal, outageTimeout = Number.POSITIVE_INFINITY, onEvent } = options;
  const channel = deploymentChannel(id);
  const wakeUps = catchWakeUps(queue.database, channel);
  let interval: number | undefined;
  const beat = async (): Promise<Deployment> => {
    await queue.database.listen(channel);
    const row = await queue.heartbeat(id);
    interval ??= (await queue.environments.get(row.environment)).heartbeat_interval * 1000;
    return row;
  };
  const isAborted = (): boolean => signal?.aborted === true;
  try {
    while (!isAborted()) {
      let pause = errorPause;
      try {
        const deployment = await outlastOutages(beat, { signal, outageTimeout, onEvent });
        if (deployment.finish_timestamp !== null || deployment.cancellation_timestamp !== null) {
          return deployment;
        }
        pause = interval ?? 0;
      } catch (error) {
        if (!options.tolerant || isAborted()) {
          throw error;
        }
        await onEvent?.({ event: "heartbeat-failed", error });
      }
      await wakeUps.sleep(pause, signal);
    }
    return undefined;
  } catch (error) {
    if (isAborted()) {
      return undefined;
    }
    throw error;
  } finally {
    wakeUps.stop();
  }
}
