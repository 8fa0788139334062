import { AccessDeniedError, DatabaseUnavailableError } from "./errors.js";
import { pause } from "./pause.js";

export interface OutageOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a database after which to give up. */
  readonly giveUpAfter?: number | undefined;
  /** Called once when an outage begins, and once when it is over. */
  readonly onOutage?: ((outage: DatabaseUnavailableError | undefined) => void) | undefined;
}

const shortestPause = 100;
const longestPause = 5_000;
/** Milliseconds without a database after which to give up, where nothing else is said. */
export const defaultGiveUpAfter = 300_000;

/**
 * Repeats a call that may safely be repeated while the database is away, with growing pauses.
 * @throws DatabaseUnavailableError after giveUpAfter, or when aborted while the database is away
 */
export async function outlastOutages<Result>(call: () => Promise<Result>, options: OutageOptions): Promise<Result> {
  let since: number | undefined;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const result = await call();
      if (since !== undefined) {
        options.onOutage?.(undefined);
      }
      return result;
    } catch (error) {
      // Who is not let in, other than after an outage, will not be let in later.
      const passes =
        error instanceof DatabaseUnavailableError && !(error instanceof AccessDeniedError && since === undefined);
      if (!passes) {
        throw error;
      }
      if (since === undefined) {
        since = performance.now();
        options.onOutage?.(error);
      }
      if (
        options.signal?.aborted === true ||
        performance.now() - since >= (options.giveUpAfter ?? defaultGiveUpAfter)
      ) {
        throw error;
      }
      // Jitter, so that a thousand waiters do not come back in the same instant.
      const limit = Math.min(longestPause, shortestPause * 2 ** attempt);
      await pause(limit * (0.5 + Math.random() / 2), options.signal);
    }
  }
}
