import { AccessDeniedError, DatabaseUnavailableError, HeldUpError, type Obstacle, throwIfAborted } from "./errors.js";
import { pause } from "./pause.js";

export interface OutageOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a database after which to give up. */
  readonly outageTimeout?: number | undefined;
  /** Called once when the database goes away or somebody holds the call up, and once, with undefined, when that is over. */
  readonly onOutage?: ((obstacle: Obstacle | undefined) => void) | undefined;
  /**
   * Called between two tries while somebody's transaction holds the call up; that may last for ever then. Without it, it may
   * last as long as an outage.
   */
  readonly whileHeldUp?: (() => Promise<void>) | undefined;
}

const shortestPause = 100;
const longestPause = 5_000;
/** Milliseconds without a database after which to give up, where nothing else is said. */
export const defaultOutageTimeout = 300_000;

/**
 * Repeats a call that may safely be repeated while the database is away or a lock does not come, with growing pauses.
 * @throws DatabaseUnavailableError or HeldUpError after outageTimeout; when aborted meanwhile, what abortError says
 */
export async function outlastOutages<Result>(call: () => Promise<Result>, options: OutageOptions): Promise<Result> {
  const { signal, outageTimeout = defaultOutageTimeout, onOutage, whileHeldUp } = options;
  let obstacle: Obstacle | undefined;
  let since: number | undefined;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const result = await call();
      if (obstacle !== undefined) {
        onOutage?.(undefined);
      }
      return result;
    } catch (error) {
      // Who is not let in, other than after an outage, will not be let in later.
      if (!isObstacle(error) || (error instanceof AccessDeniedError && obstacle === undefined)) {
        throw error;
      }
      const heldUp = error instanceof HeldUpError;
      if (obstacle === undefined || heldUp !== obstacle instanceof HeldUpError) {
        onOutage?.(error);
      }
      obstacle = error;
      throwIfAborted(signal);
      if (heldUp && whileHeldUp !== undefined) {
        since = undefined;
        await whileHeldUp();
      } else {
        since ??= performance.now();
        if (performance.now() - since >= outageTimeout) {
          throw error;
        }
      }
      await pause(backOff(attempt), signal);
      throwIfAborted(signal);
    }
  }
}

/** Milliseconds to wait after so many failed attempts. Jitter, so that a thousand waiters do not come back in the same instant. */
export function backOff(attempt: number): number {
  return Math.min(longestPause, shortestPause * 2 ** attempt) * (0.5 + Math.random() / 2);
}

function isObstacle(error: unknown): error is Obstacle {
  return error instanceof DatabaseUnavailableError || error instanceof HeldUpError;
}
