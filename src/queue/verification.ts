import { formatDuration } from "../text/durations.js";
import { pause } from "./pause.js";

/** Until when what was deployed must have been seen to work. In milliseconds. */
export interface Patience {
  /** The check must have succeeded once by then. */
  readonly within: number;
  /** How often it is run, and how long a run may take. */
  readonly every: number;
  /** For how long each run after the first success must succeed, too. */
  readonly hold: number;
}

/**
 * Runs a check until it has succeeded and has held, or has failed for good.
 * @param check says why it has failed, and ends after so many milliseconds
 * @param signal aborted when the check is not to be run again
 * @param onFailure told of a failure after which the check is run again, unless it is the one before once more
 * @returns why the deployment has failed; undefined: it works, or the signal was aborted
 */
export async function verify(
  check: (longest: number) => Promise<string | undefined>,
  { within, every, hold }: Patience,
  signal: AbortSignal,
  onFailure: (why: string) => void,
): Promise<string | undefined> {
  const began = performance.now();
  let succeeded: number | undefined;
  let told = "";
  while (!signal.aborted) {
    const started = performance.now();
    const why = await check(every);
    if (signal.aborted) {
      return undefined;
    }
    const now = performance.now();
    if (why === undefined) {
      succeeded ??= now;
      if (now - succeeded >= hold) {
        return undefined;
      }
    } else if (succeeded !== undefined) {
      return `the check succeeded and did not hold for ${formatDuration(hold)}: ${why}`;
    } else if (now - began >= within) {
      return `the check did not succeed within ${formatDuration(within)}: ${why}`;
    } else if (why !== told) {
      told = why;
      onFailure(why);
    }
    // The last run is that at the end of the time.
    const left = succeeded === undefined ? began + within - now : succeeded + hold - now;
    await pause(Math.max(0, Math.min(started + every - now, left)), signal);
  }
  return undefined;
}
