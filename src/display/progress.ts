import { formatDuration } from "../text/durations.js";
import type { LeveledLog } from "./log.js";

/** Of something that may take long. */
export interface Progress {
  /** How far it is. */
  tell(state: string): void;
  end(): void;
}

const second = 1_000;
/** How often the log has a line, in milliseconds. */
const logInterval = 30_000;

/** Shows, from the first second on, that something goes on: one line that is redrawn on a terminal, else lines in the log. */
export function startProgress(log: LeveledLog, what: string): Progress {
  const { stderr } = process;
  const isDrawn = stderr.isTTY === true && log.tellsInfo;
  const began = performance.now();
  let state = "";
  let told = Number.NEGATIVE_INFINITY;
  let isOnScreen = false;
  const timer = setInterval(() => {
    const elapsed = performance.now() - began;
    const text = `${what}${state === "" ? "" : `, ${state}`}, for ${formatDuration(elapsed)}`;
    if (isDrawn) {
      stderr.write(`\r${text}\u001b[K`);
      isOnScreen = true;
    } else if (elapsed - told >= logInterval) {
      told = elapsed;
      log.info(text);
    }
  }, second);
  return {
    tell(news) {
      state = news;
    },
    end() {
      clearInterval(timer);
      if (isOnScreen) {
        stderr.write("\r\u001b[K");
      }
    },
  };
}

/** @param work is given a function that it tells how far it is */
export async function withProgress<Result>(
  log: LeveledLog,
  what: string,
  work: (tell: (state: string) => void) => Promise<Result>,
): Promise<Result> {
  const progress = startProgress(log, what);
  try {
    return await work(progress.tell);
  } finally {
    progress.end();
  }
}
