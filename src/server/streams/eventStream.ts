import { once } from "node:events";
import type { FastifyReply } from "fastify";
import { published } from "../../text/published.js";

/** A client that reads this much too slowly is left, in bytes: it comes back and begins with what is true then. */
const longestBacklog = 1_048_576;

/** Server-sent events to one client. */
export class EventStream {
  readonly #response: FastifyReply["raw"];
  /** Aborted when the stream has ended, whoever has ended it. */
  readonly ended: AbortSignal;

  constructor(reply: FastifyReply) {
    const ended = new AbortController();
    this.ended = ended.signal;
    this.#response = reply.raw;
    reply.hijack();
    this.#response.once("close", () => ended.abort()).on("error", () => ended.abort());
    if (this.#response.destroyed) {
      ended.abort();
    }
    this.#response.writeHead(200, {
      ...headersOf(reply),
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      // A server that stops does not wait for connections that are idle after a stream.
      connection: "close",
      // A proxy that collects answers would hold back each event.
      "x-accel-buffering": "no",
    });
    this.#write("retry: 1000\n\n");
  }

  /** @param id what a client sends as Last-Event-ID when it comes back */
  send(event: string, data: unknown, id?: number): void {
    const head = id === undefined ? "" : `id: ${id}\n`;
    this.#write(`${head}event: ${event}\ndata: ${JSON.stringify(data, published)}\n\n`);
  }

  /** Returns when the client has read what was sent, or the stream has ended. */
  async drained(): Promise<void> {
    if (this.#response.writableNeedDrain && !this.ended.aborted) {
      await once(this.#response, "drain", { signal: this.ended }).catch(() => undefined);
    }
  }

  /** A line that no client acts on: it shows both sides that the other one is there. */
  comment(text: string): void {
    this.#write(`: ${text}\n\n`);
  }

  end(): void {
    this.#response.end();
  }

  #write(text: string): void {
    if (this.ended.aborted || this.#response.writableEnded) {
      return;
    }
    this.#response.write(text);
    if (this.#response.writableLength > longestBacklog) {
      this.#response.destroy();
    }
  }
}

function headersOf(reply: FastifyReply): Record<string, string | number | string[]> {
  const known = Object.entries(reply.getHeaders());
  return Object.fromEntries(known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
