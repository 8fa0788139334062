import type { Deployment, DeploymentId } from "./deployment.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { catchWakeUps } from "./pause.js";
import type { Queue } from "./queue.js";
import { deploymentChannel } from "./waiting.js";

export interface KeepOptions extends OutageOptions {
  /** Called for an error that is no outage; the next heartbeat is tried all the same. Without it, the error is thrown. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** How long to wait after such an error, in milliseconds. */
const errorPause = 10_000;

/**
 * Sends heartbeats until the deployment has ended, which its channel tells at once, or the signal is aborted. Gives up
 * only after options.outageTimeout without a database; by default never, since the deployment goes on regardless.
 * @returns the ended deployment, or undefined when aborted
 */
export async function keepAlive(queue: Queue, id: DeploymentId, options: KeepOptions): Promise<Deployment | undefined> {
  const patient = { outageTimeout: Number.POSITIVE_INFINITY, ...options };
  const channel = deploymentChannel(id);
  const wakeUps = catchWakeUps(queue.database, channel);
  let interval: number | undefined;
  try {
    while (options.signal?.aborted !== true) {
      const deployment = await tolerating(options, () =>
        outlastOutages(async () => {
          await queue.database.listen(channel);
          const row = await queue.heartbeat(id);
          interval ??= (await queue.environments.get(row.environment)).heartbeat_interval * 1000;
          return row;
        }, patient),
      );
      if (deployment === undefined) {
        await wakeUps.sleep(errorPause, options.signal);
        continue;
      }
      if (deployment.finish_timestamp !== null || deployment.cancellation_timestamp !== null) {
        return deployment;
      }
      await wakeUps.sleep(interval ?? 0, options.signal);
    }
    return undefined;
  } catch (error) {
    if (options.signal?.aborted === true) {
      return undefined;
    }
    throw error;
  } finally {
    wakeUps.stop();
  }
}

async function tolerating<Result>(options: KeepOptions, call: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await call();
  } catch (error) {
    if (options.onError === undefined || options.signal?.aborted === true) {
      throw error;
    }
    options.onError(error);
    return undefined;
  }
}
