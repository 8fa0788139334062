import { transitionsChannel } from "./channels.js";
import { type OutageOptions, outlastOutages } from "./outage.js";
import { catchWakeUps, pause } from "./pause.js";
import type { Queue } from "./queue.js";

/** Looks by itself this often, since time alone changes some things, and a notification can be lost. */
const lookInterval = 30_000;
/** A burst of transitions is one look. */
const quiet = 250;

/** Reads at once and after each transition, until aborted; outlasts outages. */
export async function follow(
  queue: Queue,
  read: () => Promise<void>,
  options: OutageOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = options;
  const wakeUps = catchWakeUps(queue.source, transitionsChannel);
  try {
    while (!signal.aborted) {
      await outlastOutages(async () => {
        await queue.source.followTransitions();
        await read();
      }, options);
      await wakeUps.sleep(lookInterval, signal);
      await pause(quiet, signal);
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  } finally {
    wakeUps.stop();
    // When the connection is lost, its follower is gone as well.
    await queue.source.unfollowTransitions().catch(() => undefined);
  }
}
