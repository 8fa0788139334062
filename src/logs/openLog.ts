import { tmpdir } from "node:os";
import { reasonOf } from "../database/reasons.js";
import { type LogStream, Logs } from "../queue/calls/logs.js";
import type { DeploymentId } from "../queue/deployment.js";
import { defaultOutageTimeout } from "../queue/outage.js";
import { pause } from "../queue/pause.js";
import type { Source } from "../queue/source.js";
import { formatBytes } from "../text/bytes.js";
import { MaskedText, Masks, withoutCutSecret } from "./masks.js";
import { type Chunk, longestChunk, Outbox } from "./outbox.js";
import { PrintedStream } from "./PrintedStream.js";
import { Ring } from "./ring.js";
import { Sender } from "./sender.js";

export interface LogOptions {
  readonly deploymentId: DeploymentId;
  readonly keeper: string;
  /** Bytes that are kept: half from the beginning, half from the end. log_settings() has what the policy allows. */
  readonly limit: number;
  /** Values that are masked, in the log and in the spool. */
  readonly secrets: readonly string[];
  /** Milliseconds without a database after which close() gives up; 5 minutes by default. */
  readonly outageTimeout?: number | undefined;
  /** Where output waits while the database is away; the folder for temporary files by default. */
  readonly spoolFolder?: string | undefined;
  /** Told when the rest of a log is lost, and why. */
  readonly onLoss?: ((why: string) => void) | undefined;
}

/** Nothing here throws, and nothing but close() waits. */
export interface Log {
  write(stream: "stdout" | "stderr", bytes: Buffer): void;
  /** A line of the one that writes the log. */
  note(text: string): void;
  /** Stores the rest. */
  close(): Promise<void>;
}

export function openLog(source: Source, options: LogOptions): Log {
  return new LogWriter(source, options);
}

/** In bytes, when the queue does not say. */
export const usualLimit = 10 * 2 ** 20;

/** Milliseconds for which an outcome waits for the log. */
export const patience = 5_000;

/** Stores the rest, and waits for that a little while only: who follows the log stops at the end of the deployment, and that must come. */
export async function closeInTime(log: Log): Promise<void> {
  const given = new AbortController();
  await Promise.race([log.close(), pause(patience, given.signal)]);
  given.abort();
}

/** In bytes: a piece of the output is wholly in the head or in the tail. */
const longestPiece = 16_384;

class LogWriter implements Log {
  readonly #options: LogOptions;
  readonly #masks: Masks;
  readonly #streams: Readonly<Record<"stdout" | "stderr", PrintedStream>>;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  /** Bytes that are in the log. */
  #size = 0;
  /** The end of the output, once its beginning has taken its half of the limit. */
  #tail: Ring | undefined;
  #closed: Promise<void> | undefined;

  constructor(source: Source, options: LogOptions) {
    const { deploymentId, keeper, secrets, spoolFolder = tmpdir() } = options;
    this.#options = options;
    this.#masks = new Masks(secrets);
    this.#streams = { stdout: new PrintedStream(this.#masks), stderr: new PrintedStream(this.#masks) };
    this.#outbox = new Outbox(spoolFolder);
    this.#sender = new Sender(new Logs(source), deploymentId, keeper, this.#outbox);
  }

  write(name: "stdout" | "stderr", bytes: Buffer): void {
    if (this.#closed !== undefined) {
      return;
    }
    const stream = this.#streams[name];
    stream.commands.push(bytes);
    const at = performance.now();
    let from = 0;
    while (this.#tail === undefined && from < bytes.length) {
      const piece = bytes.subarray(from, from + longestPiece);
      from += piece.length;
      this.#store(name, stream.masked.push(stream.decoder.write(piece)), at);
      if (this.#size >= this.#options.limit / 2) {
        this.#beginTail(at);
      }
    }
    this.#tail?.push(name, at, bytes.subarray(from));
  }

  note(text: string): void {
    const line = `${maskedWhole(text, this.#masks)}\n`;
    if (this.#tail === undefined) {
      this.#store("note", line, performance.now());
    } else {
      this.#tail.push("note", performance.now(), Buffer.from(line));
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  #beginTail(at: number): void {
    this.#tail = new Ring(Math.ceil(this.#options.limit / 2));
    const half = formatBytes(this.#size);
    this.#store(
      "note",
      `the first ${half} stand above; of what follows, only the end is kept, and stored when there is no more\n`,
      at,
    );
  }

  async #finish(): Promise<void> {
    for (const name of ["stdout", "stderr"] as const) {
      this.#streams[name].commands.end();
    }
    if (this.#tail === undefined) {
      for (const name of ["stdout", "stderr"] as const) {
        this.#store(name, this.#streams[name].end(), performance.now());
      }
    } else {
      this.#storeTail(this.#tail);
    }
    const { outageTimeout = defaultOutageTimeout, onLoss } = this.#options;
    const failure = await this.#sender.finish(outageTimeout);
    if (failure !== undefined) {
      onLoss?.(reasonOf(failure));
    }
  }

  #storeTail(tail: Ring): void {
    const isCut = tail.dropped > 0;
    const begun = new Set<LogStream>();
    if (isCut) {
      for (const name of ["stdout", "stderr"] as const) {
        this.#streams[name].beginAnew();
      }
    }
    const pieces: Chunk[] = [];
    for (const { stream, at, bytes } of tail.read()) {
      if (stream === "note") {
        pieces.push({ stream, at, content: bytes.toString() });
        continue;
      }
      const { decoder, masked } = this.#streams[stream];
      const text = decoder.write(bytes);
      const isWhole = !isCut || begun.has(stream);
      begun.add(stream);
      pieces.push({ stream, at, content: masked.push(isWhole ? text : withoutCutSecret(text, this.#masks)) });
    }
    for (const name of ["stdout", "stderr"] as const) {
      pieces.push({ stream: name, at: performance.now(), content: this.#streams[name].end() });
    }
    let room = this.#options.limit - this.#size;
    let first = pieces.length;
    for (; first > 0 && room > 0; first -= 1) {
      room -= Buffer.byteLength(pieces[first - 1]?.content ?? "");
    }
    const unseen = pieces.slice(0, first).reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
    const left = tail.dropped + unseen + Math.max(0, -room);
    const across = pieces[first];
    if (room < 0 && across !== undefined) {
      pieces[first] = { ...across, content: withoutFirst(across.content, -room) };
    }
    if (left > 0) {
      this.#store("note", `about ${formatBytes(left)} are left out here\n`, performance.now());
    }
    for (const { stream, content, at } of pieces.slice(first)) {
      this.#store(stream, content, at);
    }
  }

  #store(stream: LogStream, text: string, at: number): void {
    // No text of PostgreSQL has a zero byte.
    const content = text.replaceAll("\0", "\u2400");
    for (let from = 0; from < content.length; ) {
      let to = Math.min(from + longestChunk, content.length);
      if (to < content.length && isHighSurrogate(content.charCodeAt(to - 1))) {
        to -= 1;
      }
      this.#outbox.push({ stream, content: content.slice(from, to), at });
      from = to;
    }
    this.#size += Buffer.byteLength(content);
    if (content.length > 0) {
      this.#sender.notify();
    }
  }
}

/** A text without so many bytes at its beginning, or a few more. */
function withoutFirst(text: string, bytes: number): string {
  const rest = Buffer.from(text).subarray(bytes);
  const whole = rest.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return rest.toString("utf8", Math.max(0, whole));
}

function maskedWhole(text: string, masks: Masks): string {
  const whole = new MaskedText(masks);
  return `${whole.push(text)}${whole.end()}`;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
