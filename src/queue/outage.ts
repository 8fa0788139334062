import { AccessDeniedError, DatabaseUnavailableError, HeldUpError, type Obstacle, throwIfAborted } from "./errors.js";
import type { Listener, OutageEvent } from "./events.js";
import { pause } from "./pause.js";

export interface OutageOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a database after which to give up; 5 minutes by default. */
  readonly outageTimeout?: number | undefined;
  /** Told once when an outage begins, or a lock does not come, and once when that is over. */
  readonly onEvent?: Listener<OutageEvent> | undefined;
  /**
   * Called between two tries while a lock does not come; that may last for ever then. Without it, it may last as long as an
   * outage.
   */
  readonly whileHeldUp?: (() => Promise<void>) | undefined;
}

const shortestPause = 100;
const longestPause = 5_000;
export const defaultOutageTimeout = 300_000;
/** Milliseconds after which access that is denied stays denied: a fail-over, or the change of a right, is over by then. */
export const longestDenial = 30_000;

/**
 * Repeats a call that may safely be repeated while the database is away or a lock does not come, with growing pauses.
 * @throws DatabaseUnavailableError or HeldUpError after outageTimeout; when aborted meanwhile, what abortError says
 */
export async function outlastOutages<Result>(call: () => Promise<Result>, options: OutageOptions): Promise<Result> {
  const { signal, outageTimeout = defaultOutageTimeout, onEvent, whileHeldUp } = options;
  let obstacle: Obstacle | undefined;
  let since: number | undefined;
  let deniedSince: number | undefined;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const result = await call();
      if (obstacle !== undefined) {
        await onEvent?.({ event: "outage-over", obstacle });
      }
      return result;
    } catch (error) {
      if (!isObstacle(error)) {
        throw error;
      }
      // Access that is denied at first stays denied; during an outage it may be denied for a while.
      if (error instanceof AccessDeniedError && obstacle === undefined) {
        throw error;
      }
      // What the queue itself denies has nothing to do with the outage of a server.
      const isOfQueue = error instanceof AccessDeniedError && error.code?.startsWith("QD");
      deniedSince = isOfQueue ? (deniedSince ?? performance.now()) : undefined;
      if (deniedSince !== undefined && performance.now() - deniedSince >= longestDenial) {
        throw error;
      }
      const heldUp = error instanceof HeldUpError;
      if (obstacle === undefined || heldUp !== obstacle instanceof HeldUpError) {
        await onEvent?.({ event: "outage", obstacle: error });
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
