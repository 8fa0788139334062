import { write } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds until a descriptor that takes nothing now, and does not wait by itself, is tried again. */
const interval = 10;
/** In bytes. */
const much = 1_048_576;

export interface PassOn {
  /** @returns what to wait for before more is given, when much waits already */
  pass(bytes: Buffer): Promise<void> | undefined;
  /** Everything so far is written. */
  written(): Promise<void>;
}

/**
 * Passes bytes on to a descriptor of this process, in order. A reader that takes none, such as a terminal after Ctrl-S, holds up nothing else in
 * this process. What has no reader any more is dropped.
 */
export function passOnTo(descriptor: number): PassOn {
  let last: Promise<void> = Promise.resolve();
  let isGone = false;
  let backlog = 0;
  const pass = (bytes: Buffer): Promise<void> | undefined => {
    backlog += bytes.length;
    last = last.then(async () => {
      for (let from = 0; from < bytes.length && !isGone; ) {
        try {
          from += await writeSome(descriptor, bytes, from);
        } catch (error) {
          if (error instanceof Error && "code" in error && error.code === "EAGAIN") {
            await sleep(interval);
          } else {
            isGone = true;
          }
        }
      }
      backlog -= bytes.length;
    });
    return backlog < much ? undefined : last;
  };
  return { pass, written: () => last };
}

function writeSome(descriptor: number, bytes: Buffer, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, from, bytes.length - from, null, (error, written) =>
      error === null ? resolve(written) : reject(error),
    );
  });
}
