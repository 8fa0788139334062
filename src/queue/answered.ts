import { abortError } from "./errors.js";
import type { Source } from "./source.js";

/** How long an answer that is under way may still take after the abort, in milliseconds. */
const lastWord = 2_000;

/**
 * What a call of the database answers; but once the signal is aborted, only when that comes soon. Otherwise its connection,
 * which may be dead, is left to the calls that still wait for answers on it.
 * @throws what abortError says, when there was no answer
 */
export async function answered<Result>(
  source: Source,
  call: Promise<Result>,
  signal: AbortSignal | undefined,
  patience = lastWord,
): Promise<Result> {
  if (signal === undefined) {
    return call;
  }
  let timer: NodeJS.Timeout | undefined;
  let abort = (): void => undefined;
  const silence = new Promise<never>((_, reject) => {
    abort = () => {
      const leave = source.leaver();
      timer = setTimeout(() => {
        leave();
        reject(abortError(signal));
      }, patience);
    };
  });
  if (signal.aborted) {
    abort();
  } else {
    signal.addEventListener("abort", abort, { once: true });
  }
  try {
    return await Promise.race([call, silence]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
