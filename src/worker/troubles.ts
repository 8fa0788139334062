import { pause } from "../queue/pause.js";

/** What looked wrong since somebody last asked. */
export interface Troubles {
  readonly report: (message: string) => void;
  /** Waits until there is something, for as many milliseconds at most, and takes it away. */
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
