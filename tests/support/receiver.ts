import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { WebhookBody } from "../../src/queue/calls/webhooks.js";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Answers one request; what it does not answer hangs. */
export type ReceiverAnswer = (response: ServerResponse) => void;

export const status =
  (code: number, headers: Record<string, string> = {}, body = ""): ReceiverAnswer =>
  (response) =>
    void response.writeHead(code, headers).end(body);

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly Received[];
  /** What it was told, message by message, as "42 started". */
  told(): string[];
  /** The answers to the next requests; 204 to those after them. */
  answer(...next: readonly ReceiverAnswer[]): void;
  stop(): Promise<void>;
}

/** A receiver on this machine, which is stopped after the test. */
export async function startReceiver({ port = 0, tls = false, answer = status(204) } = {}): Promise<Receiver> {
  const requests: Received[] = [];
  let answers: ReceiverAnswer[] = [];
  const listener: RequestListener = async (request, response) => {
    // A client that dies in the middle has told nothing.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    requests.push({ path: request.url ?? "", headers: request.headers, text: body });
    (answers.shift() ?? answer)(response);
  };
  const server = tls ? createTlsServer(ownCertificate(), listener) : createServer(listener);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const bound = address !== null && typeof address === "object" ? address.port : 0;
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  onTestFinished(stop);
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${bound}/hook`,
    port: bound,
    requests,
    told: () => requests.map(({ text }) => kindOf(JSON.parse(text))),
    answer(...next) {
      answers = [...next];
    },
    stop,
  };
}

function kindOf({ data }: WebhookBody): string {
  return `${data.deployment?.id ?? "-"} ${data.kind}`;
}

/** For 127.0.0.1, signed by itself: no client trusts it. */
function ownCertificate(): { key: Buffer; cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), "deploy-queue-certificate-"));
  const file = (name: string): string => join(directory, name);
  const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1";
  const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file("key"), "-out", file("crt")];
  execFileSync("openssl", [...request.split(" "), ...names], { stdio: "pipe" });
  const files = { key: readFileSync(file("key")), cert: readFileSync(file("crt")) };
  rmSync(directory, { recursive: true });
  return files;
}
