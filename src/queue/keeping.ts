import { deploymentChannel } from "./channels.js";
import type { Deployment, DeploymentId } from "./deployment.js";
import { DeploymentNotFoundError, OtherKeeperError } from "./errors.js";
import type { JourneyEvent, Listener } from "./events.js";
import { type Lease, readClocks } from "./lease.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { catchWakeUps } from "./pause.js";
import type { Queue } from "./queue.js";

export interface KeepOptions extends Pick<OutageOptions, "signal" | "outageTimeout"> {
  /** The name that the keeper has drawn for itself, if it is the only one. */
  readonly keeper?: string;
  /** Told of each heartbeat that was acknowledged. */
  readonly lease?: Lease;
  /** Called once, when the keeper is asked to end the work. The heartbeats go on until the deployment has ended. */
  readonly onStop?: (deployment: Deployment) => void;
  /**
   * Called when the database knows nothing of the start, which a fail-over has lost: with the deployment while it has its place in the
   * line, or without it. Heartbeats keep the place.
   */
  readonly onForgotten?: (present: Deployment | undefined) => Promise<void>;
  readonly onEvent?: Listener<JourneyEvent> | undefined;
  /** Whether it goes on after an error that is no outage, which is told; otherwise that is thrown. */
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
  const { signal, outageTimeout = Number.POSITIVE_INFINITY, onEvent, lease } = options;
  let { onStop } = options;
  let isUnknown = false;
  const channel = deploymentChannel(id);
  const wakeUps = catchWakeUps(queue.source, channel);
  const beat = async () => {
    await queue.source.listen(channel);
    const sent = readClocks();
    const answer = await queue.heartbeat(id, options.keeper);
    lease?.renewed(sent, answer.deployment, answer.endsBy);
    if (answer.beatAgainIn !== undefined && answer.deployment.start_timestamp === null) {
      await options.onForgotten?.(answer.deployment);
    }
    return answer;
  };
  const isAborted = (): boolean => signal?.aborted === true;
  try {
    while (!isAborted()) {
      let pause = errorPause;
      try {
        const { deployment, beatAgainIn } = await outlastOutages(beat, { signal, outageTimeout, onEvent });
        isUnknown = false;
        if (beatAgainIn === undefined) {
          return deployment;
        }
        if (deployment.stop_timestamp !== null) {
          onStop?.(deployment);
          onStop = undefined;
        }
        pause = Math.ceil(beatAgainIn * 1000);
      } catch (error) {
        if (
          options.onForgotten !== undefined &&
          (error instanceof DeploymentNotFoundError || error instanceof OtherKeeperError)
        ) {
          // A former primary answers like this, too, for the moment until it knows that it is one.
          if (isUnknown) {
            await options.onForgotten(undefined);
            return undefined;
          }
          isUnknown = true;
          pause = Math.min(errorPause, (lease?.length ?? errorPause) / 5);
        }
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
