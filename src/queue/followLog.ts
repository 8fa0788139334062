import type { LogChunk, LogSelection } from "./calls/logs.js";
import { deploymentChannel, logChannel } from "./channels.js";
import type { DeploymentId, DeploymentWithStatus } from "./deployment.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { catchWakeUps } from "./pause.js";
import type { Queue } from "./queue.js";

/** Looks by itself this often, in milliseconds: a notification can be lost. */
const lookInterval = 30_000;

/** All pages of a log as it is now. */
export async function* readLog(queue: Queue, id: DeploymentId, selection: LogSelection): AsyncGenerator<LogChunk[]> {
  for (let { after } = selection; ; ) {
    const page = await queue.logs.page(id, { ...selection, after });
    const last = page.at(-1);
    if (last === undefined) {
      return;
    }
    yield page;
    after = last.position;
  }
}

/**
 * The pages of a log, and those that are added until the deployment has ended; outlasts outages.
 * @returns the ended deployment; undefined when aborted
 */
export async function* followLog(
  queue: Queue,
  id: DeploymentId,
  selection: LogSelection,
  options: OutageOptions & { readonly signal: AbortSignal },
): AsyncGenerator<LogChunk[], DeploymentWithStatus | undefined> {
  const { signal } = options;
  const channels = [logChannel(id), deploymentChannel(id)] as const;
  const wakeUps = catchWakeUps(queue.source, channels[0]);
  const stop = queue.source.onWakeUp(channels[1], wakeUps.wake);
  let { after } = selection;
  const look = async () => {
    for (const channel of channels) {
      await queue.source.listen(channel);
    }
    // In this order: what was stored before the end is read after it.
    const deployment = await queue.deployment(id);
    return { deployment, page: await queue.logs.page(id, { ...selection, after }) };
  };
  try {
    while (!signal.aborted) {
      const { deployment, page } = await outlastOutages(look, options);
      const last = page.at(-1);
      if (last !== undefined) {
        after = last.position;
        yield page;
      } else if (deployment.finish_timestamp !== null || deployment.cancellation_timestamp !== null) {
        return deployment;
      } else {
        await wakeUps.sleep(lookInterval, signal);
      }
    }
    return undefined;
  } finally {
    stop();
    wakeUps.stop();
    await Promise.all(channels.map((channel) => queue.source.unlisten(channel).catch(() => undefined)));
  }
}
