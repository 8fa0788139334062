import type { LogStream } from "../queue/calls/logs.js";

export interface Printed {
  readonly stream: LogStream;
  /** By the clock of performance.now(). */
  readonly at: number;
  readonly bytes: Buffer;
}

interface Mark {
  readonly stream: LogStream;
  readonly at: number;
  /** Which byte of all that came is its first one. */
  readonly from: number;
}

/** So many marks that are not needed any more are removed at once. */
const fewMarks = 1_000;

/** Keeps the last bytes of an output, however long that is. */
export class Ring {
  readonly #space: Buffer;
  readonly #marks: Mark[] = [];
  #oldest = 0;
  #end = 0;

  constructor(capacity: number) {
    this.#space = Buffer.allocUnsafeSlow(capacity);
  }

  /** How many bytes are no longer there. */
  get dropped(): number {
    return Math.max(0, this.#end - this.#space.length);
  }

  push(stream: LogStream, at: number, bytes: Buffer): void {
    const last = this.#marks.at(-1);
    if (last === undefined || last.stream !== stream || at - last.at >= 1_000) {
      this.#marks.push({ stream, at, from: this.#end });
    }
    const capacity = this.#space.length;
    const kept = bytes.subarray(Math.max(0, bytes.length - capacity));
    const place = (this.#end + bytes.length - kept.length) % capacity;
    const copied = kept.copy(this.#space, place);
    kept.copy(this.#space, 0, copied);
    this.#end += bytes.length;
    while ((this.#marks[this.#oldest + 1]?.from ?? Number.POSITIVE_INFINITY) <= this.dropped) {
      this.#oldest += 1;
    }
    if (this.#oldest >= fewMarks) {
      this.#marks.splice(0, this.#oldest);
      this.#oldest = 0;
    }
  }

  /** What is there, in order. */
  read(): Printed[] {
    return this.#marks.slice(this.#oldest).map(({ stream, at, from }, index, marks) => ({
      stream,
      at,
      bytes: this.#between(Math.max(from, this.dropped), marks[index + 1]?.from ?? this.#end),
    }));
  }

  #between(from: number, to: number): Buffer {
    const capacity = this.#space.length;
    const begin = from % capacity;
    const end = begin + to - from;
    return Buffer.concat([this.#space.subarray(begin, end), this.#space.subarray(0, Math.max(0, end - capacity))]);
  }
}
