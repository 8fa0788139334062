import { onTestFinished } from "vitest";
import { until } from "./until.js";

export interface StreamEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly id: string | undefined;
}

export interface Stream {
  readonly status: number;
  readonly events: readonly StreamEvent[];
  readonly comments: readonly string[];
  /** The next event that has not been taken. */
  next(): Promise<StreamEvent>;
  /** Takes events until one has this name. */
  nextOf(event: string): Promise<StreamEvent>;
  hasEnded(): boolean;
  close(): void;
}

/** Reads server-sent events, until the test ends. */
export async function streamOf(url: string, secret: string, headers: Record<string, string> = {}): Promise<Stream> {
  const stopping = new AbortController();
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${secret}`, accept: "text/event-stream", ...headers },
    signal: stopping.signal,
  });
  const events: StreamEvent[] = [];
  const comments: string[] = [];
  let taken = 0;
  let ended = false;
  const read = async (): Promise<void> => {
    let text = "";
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
        const event = field("event");
        if (event !== undefined) {
          events.push({ event, data: JSON.parse(field("data") ?? "null"), id: field("id") });
        } else if (block.startsWith(": ")) {
          comments.push(block.slice(2));
        }
      }
    }
  };
  const reading = read()
    .catch(() => undefined)
    .finally(() => {
      ended = true;
    });
  onTestFinished(async () => {
    stopping.abort();
    await reading;
  });
  const next = async (): Promise<StreamEvent> => {
    const event = await until(
      () => `one more event came after ${JSON.stringify(events)}`,
      () => events[taken],
    );
    taken += 1;
    return event;
  };
  return {
    ...{ status: response.status, events, comments, next, hasEnded: () => ended, close: () => stopping.abort() },
    async nextOf(name) {
      for (;;) {
        const found = await next();
        if (found.event === name) {
          return found;
        }
      }
    },
  };
}
