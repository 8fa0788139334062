import type { EventStream } from "./eventStream.js";

/** Each stream gets a comment once in so many seconds, so that proxies keep it open and its loss is noticed. */
const keepAliveInterval = 15;

/** The streams that are open. One timer keeps all of them alive, a part in each second. */
export class OpenStreams {
  readonly #parts: readonly Set<EventStream>[] = Array.from({ length: keepAliveInterval }, () => new Set());
  #turn = 0;
  #isClosed = false;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => {
      this.#turn += 1;
      for (const stream of this.#parts[this.#turn % keepAliveInterval] ?? []) {
        stream.comment("keep-alive");
      }
    }, 1_000);
    this.#timer.unref();
  }

  get size(): number {
    return this.#parts.reduce((sum, { size }) => sum + size, 0);
  }

  /** Until the stream ends. */
  add(stream: EventStream): void {
    const part = this.#parts.reduce((least, one) => (one.size < least.size ? one : least));
    part.add(stream);
    stream.ended.addEventListener("abort", () => part.delete(stream), { once: true });
    if (stream.ended.aborted || this.#isClosed) {
      part.delete(stream);
      this.#leave(stream);
    }
  }

  /** Sends all clients to another server. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const stream of this.#parts.flatMap((part) => [...part])) {
      this.#leave(stream);
    }
  }

  #leave(stream: EventStream): void {
    stream.comment("this server stops; open the stream again");
    stream.end();
  }
}
