import { formatDuration } from "../text/durations.js";
import { transitionsChannel } from "./channels.js";
import type { Deployment, Whereabouts } from "./deployment.js";
import { DeploymentNotFoundError } from "./errors.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { catchWakeUps } from "./pause.js";
import type { Queue } from "./queue.js";

/** Looks by itself this often, in case a notification was lost. */
const lookInterval = 30_000;
/** And once more after this time: a transition that was being written when it began to follow may send no notification. */
const soon = 1_000;

export interface UrlOptions extends Omit<OutageOptions, "signal"> {
  /** Where it must be. */
  readonly place?: Whereabouts;
  /** Called once, when there is none yet. */
  readonly onAbsent?: (() => void) | undefined;
}

/**
 * Sleeps until there is a live deployment with this url, for as many milliseconds.
 * @throws DeploymentNotFoundError
 */
export async function waitForUrl(
  queue: Queue,
  url: string,
  timeout: number,
  options: UrlOptions = {},
): Promise<Deployment> {
  const deadline = performance.now() + timeout;
  const wakeUps = catchWakeUps(queue.source, transitionsChannel);
  let interval = soon;
  try {
    for (;;) {
      const deployment = await outlastOutages(async () => {
        await queue.source.followTransitions();
        return queue.liveDeploymentByUrl(url, options.place);
      }, options);
      if (deployment !== undefined) {
        return deployment;
      }
      if (interval === soon) {
        options.onAbsent?.();
      }
      const left = deadline - performance.now();
      if (left <= 0) {
        throw new DeploymentNotFoundError(
          `no queued or running deployment with the url ${url} appeared within ${formatDuration(timeout)}`,
        );
      }
      await wakeUps.sleep(Math.min(left, interval));
      interval = lookInterval;
    }
  } finally {
    wakeUps.stop();
    // When the connection is lost, its follower is gone as well.
    await queue.source.unfollowTransitions().catch(() => undefined);
  }
}
