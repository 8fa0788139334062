import type { Source } from "./source.js";

export interface WakeUps {
  /** Returns after the time, at a wake-up since the previous sleep, or when aborted; whichever is first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Ends the sleep from within this process. */
  wake(): void;
  stop(): void;
}

/**
 * Begins to catch the wake-ups of a channel, so that one which arrives while the state is still being checked is not missed:
 * subscribe, then check, then sleep.
 */
export function catchWakeUps(source: Source, channel: string): WakeUps {
  let woken = false;
  let endSleep = (): void => undefined;
  const wake = (): void => {
    woken = true;
    endSleep();
  };
  return {
    wake,
    stop: source.onWakeUp(channel, wake),
    async sleep(milliseconds, signal) {
      if (!woken) {
        await pause(milliseconds, signal, (resolve) => {
          endSleep = resolve;
        });
      }
      woken = false;
      endSleep = () => undefined;
    },
  };
}

/** Returns after the time, or when aborted, or when what it hands out is called. */
export async function pause(
  milliseconds: number,
  signal?: AbortSignal,
  handOut: (resolve: () => void) => void = () => undefined,
): Promise<void> {
  if (signal?.aborted === true) {
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  let abort = (): void => undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
    abort = resolve;
    signal?.addEventListener("abort", abort, { once: true });
    handOut(resolve);
  });
  clearTimeout(timer);
  signal?.removeEventListener("abort", abort);
}
