import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export interface SlackRequest {
  readonly method: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly blocks: readonly SlackBlock[];
}

export interface SlackBlock {
  readonly type: string;
  readonly text?: { readonly type: string; readonly text: string };
  readonly elements?: readonly { readonly type: string; readonly text: string }[];
}

/** Answers one request; what it does not answer hangs. */
export type Answer = (response: ServerResponse) => void;

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };

/** A server that demands of requests what the documentation of the Web API demands, and answers as a test wishes. */
export async function startSlack(token: string) {
  const requests: SlackRequest[] = [];
  const complaints: string[] = [];
  let answers: Answer[] = [];
  let sent = 0;
  const server = createServer(async (request, response) => {
    const received = read(request, await text(request));
    complaints.push(...complaintsAbout(request, received, token));
    requests.push(received);
    const ts = received.fields["ts"] ?? `1700000000.${String(++sent).padStart(6, "0")}`;
    (answers.shift() ?? json({ ok: true, channel: received.fields["channel"], ts, message: {} }))(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/api/`,
    requests,
    complaints,
    /** The answers to the next requests; ok: true to those after them. */
    answer(...next: Answer[]): void {
      answers = next;
      requests.length = 0;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function read(request: IncomingMessage, body: string): SlackRequest {
  const fields = Object.fromEntries(new URLSearchParams(body));
  return {
    method: (request.url ?? "").replace("/api/", ""),
    fields,
    blocks: JSON.parse(fields["blocks"] ?? "[]") as SlackBlock[],
  };
}

function complaintsAbout(request: IncomingMessage, { method, fields, blocks }: SlackRequest, token: string): string[] {
  const texts = blocks.flatMap((block) => [
    ...(block.text === undefined ? [] : [block.text]),
    ...(block.elements ?? []),
  ]);
  const rules: readonly [string, boolean][] = [
    ["the verb is POST", request.method === "POST"],
    ["the method is known", ["chat.postMessage", "chat.update"].includes(method)],
    ["the token is in the header", request.headers.authorization === `Bearer ${token}`],
    ["the token is not in the body", fields["token"] === undefined],
    ["the body is a form", request.headers["content-type"] === "application/x-www-form-urlencoded"],
    ["there is a channel", /^[CDG][A-Z0-9]{8,}$/.test(fields["channel"] ?? "")],
    ["an update names its message", method !== "chat.update" || timestamp.test(fields["ts"] ?? "")],
    ["a thread is a timestamp", fields["thread_ts"] === undefined || timestamp.test(fields["thread_ts"])],
    ["there is a text of at most 4,000 characters", within(fields["text"], 4_000)],
    ["there are 1 to 50 blocks", blocks.length >= 1 && blocks.length <= 50],
    ["blocks are sections and contexts", blocks.every(({ type }) => ["section", "context"].includes(type))],
    ["a section has a text", blocks.every(({ type, text: section }) => type !== "section" || section !== undefined)],
    ["a context has 1 to 10 elements", blocks.every(({ type, elements }) => type !== "context" || fits(elements))],
    ["texts have 1 to 3,000 characters", texts.every((object) => within(object.text, 3_000))],
    ["texts have a known type", texts.every((object) => ["mrkdwn", "plain_text"].includes(object.type))],
  ];
  return rules.filter(([, kept]) => !kept).map(([rule]) => rule);
}

const timestamp = /^\d{10}\.\d{6}$/;

function within(value: string | undefined, limit: number): boolean {
  return value !== undefined && value.length >= 1 && value.length <= limit;
}

function fits(elements: SlackBlock["elements"]): boolean {
  return elements !== undefined && elements.length >= 1 && elements.length <= 10;
}
