import { reasonOf } from "../database/reasons.js";
import type { LogStream } from "../queue/calls/logs.js";
import { formatBytes } from "../text/bytes.js";
import { Spool } from "./spool.js";

export interface Chunk {
  readonly stream: LogStream;
  readonly content: string;
  /** When it was printed, by the clock of performance.now(). */
  readonly at: number;
}

/** Bytes of JSON in a statement, about: a server takes twice as much. */
const mostPerBatch = 524_288;

/** What is not stored yet: in memory, and on the disk while the database is away. */
export class Outbox {
  readonly #folder: string;
  #waiting: Chunk[] = [];
  #spool: Spool | undefined;
  /** Bytes that wait in the spool. */
  #spooled = 0;
  #isSpooling = false;
  /** Of the spool: one after the other. */
  #writing: Promise<void> = Promise.resolve();
  #lost: { bytes: number; readonly why: string } | undefined;

  /** @param folder for the spool */
  constructor(folder: string) {
    this.#folder = folder;
  }

  push(chunk: Chunk): void {
    if (this.#isSpooling) {
      this.#write(chunk);
    } else {
      append(this.#waiting, chunk);
    }
  }

  /** The database is away: until everything is taken, chunks wait on the disk. */
  spool(): void {
    if (!this.#isSpooling) {
      this.#isSpooling = true;
      for (const chunk of this.#waiting.splice(0)) {
        this.#write(chunk);
      }
    }
  }

  /** The next chunks, as many as a statement takes; none when there are none. */
  async take(): Promise<Chunk[]> {
    // More may be written meanwhile.
    for (let seen: unknown; seen !== this.#writing; ) {
      seen = this.#writing;
      await this.#writing;
    }
    const batch: Chunk[] = [];
    if (this.#lost !== undefined) {
      const { bytes, why } = this.#lost;
      batch.push({
        stream: "note",
        content: `${formatBytes(bytes)} were lost while the database was away: ${why}\n`,
        at: performance.now(),
      });
      this.#lost = undefined;
      this.#isSpooling = false;
    }
    for (let size = 0; size < mostPerBatch; ) {
      const chunk = this.#spool === undefined ? this.#waiting.shift() : await this.#read(this.#spool);
      if (chunk === undefined) {
        break;
      }
      size += Buffer.byteLength(JSON.stringify(chunk));
      append(batch, chunk);
    }
    if (this.#spool?.isEmpty === true) {
      await this.#leaveSpool();
    }
    return batch;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#spool?.remove();
  }

  #write(chunk: Chunk): void {
    this.#writing = this.#writing.then(async () => {
      const bytes = Buffer.byteLength(chunk.content);
      if (this.#lost !== undefined) {
        this.#lost.bytes += bytes;
        return;
      }
      this.#spooled += bytes;
      try {
        this.#spool ??= await Spool.create(this.#folder);
        await this.#spool.write(JSON.stringify(chunk));
      } catch (error) {
        this.#lost = { bytes: this.#spooled, why: `they could not be written to ${this.#folder}: ${reasonOf(error)}` };
        await this.#leaveSpool();
      }
    });
  }

  async #read(spool: Spool): Promise<Chunk | undefined> {
    const text = await spool.read();
    if (text === undefined) {
      return undefined;
    }
    const chunk: Chunk = JSON.parse(text);
    this.#spooled -= Buffer.byteLength(chunk.content);
    return chunk;
  }

  async #leaveSpool(): Promise<void> {
    const spool = this.#spool;
    this.#spool = undefined;
    this.#spooled = 0;
    await spool?.remove();
    // What has come while it was being removed is behind it.
    this.#isSpooling = this.#lost !== undefined;
  }
}

/** In characters, each of 3 bytes at most. */
export const longestChunk = 16_384;
/** Within so many milliseconds, what is printed has one time. */
const oneMoment = 1_000;

/** A command may print a character at a time: what was printed together is one chunk. */
function append(chunks: Chunk[], chunk: Chunk): void {
  const last = chunks.at(-1);
  if (
    last !== undefined &&
    last.stream === chunk.stream &&
    last.stream !== "note" &&
    chunk.at - last.at < oneMoment &&
    last.content.length + chunk.content.length <= longestChunk
  ) {
    chunks[chunks.length - 1] = { ...last, content: `${last.content}${chunk.content}` };
  } else {
    chunks.push(chunk);
  }
}
