import { pause } from "../queue/pause.js";

/** Collects what looked wrong since the last question. */
export interface Troubles {
  readonly report: (message: string) => void;
  /** Waits until there is something, at most this many milliseconds, returns it and forgets it. */
  next(milliseconds: number, signal: AbortSignal): Promise<readonly string[]>;
}

export function collectTroubles(): Troubles {
  let messages: string[] = [];
  let wake = (): void => undefined;
  return {
    report(message) {
      messages.push(message);
      wake();
    },
    async next(milliseconds, signal) {
      if (messages.length === 0) {
        await pause(milliseconds, signal, (resolve) => {
          wake = resolve;
        });
      }
      const taken = messages;
      messages = [];
      return taken;
    },
  };
}
