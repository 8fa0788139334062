import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { beforeAll, expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const { send, token, debugged, logged } = server;
let secret: string;
beforeAll(async () => {
  secret = await token("sender", "--role", "deployer");
});

const { environment, region } = newPlace();
const cell = { environment, cloud_provider: "aws", region, cell_index: 1, component: "api" };

function open(): Socket {
  const { hostname, port } = new URL(server.base);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  return socket;
}

/** The bytes of a POST to the entry, with more headers. */
function entry(body: string | Buffer, ...headers: readonly string[]): Buffer {
  const lines = ["POST /v1/deployments HTTP/1.1", "host: queue", `authorization: Bearer ${secret}`, ...headers];
  const saysLength = headers.some((line) => /^(transfer-encoding|content-length)/.test(line));
  const length = saysLength ? [] : [`content-length: ${body.length}`];
  return Buffer.concat([Buffer.from([...lines, ...length, "", ""].join("\r\n")), Buffer.from(body)]);
}
const json = "content-type: application/json";

/** Everything that the server answers until it ends the connection. */
async function exchange(...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = open();
  socket.setTimeout(20_000, () => socket.destroy(new Error("the server does not end the connection")));
  for (const part of parts) {
    socket.write(part);
  }
  return text(socket);
}

test("clients that send headers and bodies byte by byte are left, while others are served", async () => {
  const slow = Array.from({ length: 50 }, (_, number) => {
    const socket = open();
    socket.write(number % 2 === 0 ? "GET /v1/queue HTTP/1.1\r\nx-slow: " : entry("{", json, "content-length: 5000"));
    const drip = setInterval(() => socket.write("x"), 500);
    return once(socket.resume(), "close").finally(() => clearInterval(drip));
  });

  expect((await send(secret, "GET", "/v1/queue")).status).toBe(200);
  await Promise.all(slow);
});

test("thousands of connections that say nothing keep nobody out, and are ended", async () => {
  const idle: Socket[] = [];
  // No more at once than a listener of Linux has room for.
  while (idle.length < 5_000) {
    const batch = Array.from({ length: 250 }, open);
    await Promise.all(batch.map((socket) => once(socket, "connect")));
    idle.push(...batch);
  }

  expect((await send(secret, "GET", "/v1/queue")).status).toBe(200);
  await Promise.all(idle.map((socket) => socket.closed || once(socket.resume(), "close")));
});

test.each([
  ["a body without an end", 413, () => [entry("", json, "transfer-encoding: chunked"), ...chunks(2_000)]],
  ["a body that is longer than is taken", 413, () => [entry("x".repeat(70_000), json)]],
  ["half of a JSON text", 400, () => [entry('{"environment": "dev"', json)]],
  ["a JSON text with a prototype", 400, () => [entry('{"__proto__": {"admin": true}}', json)]],
  ["a deep JSON text", 400, () => [entry("[".repeat(60_000), json)]],
  ["bytes that are no UTF-8", 400, () => [entry(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), json)]],
  ["a zero character", 400, () => [entry(JSON.stringify({ ...cell, note: "\0" }), json)]],
  ["half of a character", 400, () => [entry(JSON.stringify(cell).replace("api", "\\ud800"), json)]],
  ["a number without end", 400, () => [entry(`{"cell_index": 1e999999}`, json)]],
  ["a body that is compressed", 400, () => [entry("{}", json, "content-encoding: gzip")]],
  ["a form", 415, () => [entry("a=1", "content-type: application/x-www-form-urlencoded")]],
  ["one header that is too long", 431, () => [entry("{}", json, `x-long: ${"x".repeat(20_000)}`)]],
  ["a flood of headers", 431, () => [entry("{}", ...Array.from({ length: 5_000 }, (_, n) => `x-${n}: 1`))]],
  ["two lengths", 400, () => [entry("{}", json, "content-length: 7", "content-length: 2")]],
  ["no HTTP at all", 400, () => ["\x16\x03\x01 hello\r\n\r\n"]],
  [
    "a token with a line break",
    400,
    () => ["GET /v1/queue HTTP/1.1\r\nhost: x\r\nauthorization: Bearer a\x01b\r\n\r\n"],
  ],
] as const)("%s is answered with %i, and nothing is entered", async (_, status, parts) => {
  const before = await cli.counts();

  const answer = await exchange(...parts().map(lastOfConnection));
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toContain("application/problem+json");
  expect(answer).not.toMatch(/\bat .*\.[jt]s:\d/);
  expect(await cli.counts()).toEqual(before);
  expect(logged).toEqual([]);
});

test.each<[string, () => readonly [headers: string, body: string, ...more: string[]]]>([
  ["half of a JSON text", () => [json, '{"environment": "dev"']],
  ["a field that is not known", () => [json, '{"celk": 1}']],
  ["a body of a terabyte, before it has come", () => [`${json}\r\ncontent-length: 1000000000000`, "x".repeat(100)]],
  ["a body without an end", () => [`${json}\r\ntransfer-encoding: chunked`, "", ...chunks(2_000)]],
  ["a form", () => ["content-type: application/x-www-form-urlencoded", "a=1"]],
])("a caller that is not known learns so first: %s", async (_, parts) => {
  const revoked = await token("revoked", "--role", "deployer");
  expect((await send(revoked, "GET", "/v1/queue")).status).toBe(200);
  await cli.run(["token", "revoke", "revoked"]);

  for (const unknown of ["a guess", revoked]) {
    const [headers, body, ...more] = parts();
    const first = entry(body, ...headers.split("\r\n"))
      .toString()
      .replace(`Bearer ${secret}`, `Bearer ${unknown}`);
    expect(await exchange(lastOfConnection(first), ...more)).toMatch(/^HTTP\/1\.1 401 /);
  }
});

function chunks(count: number): string[] {
  return Array.from({ length: count }, () => `40\r\n${"x".repeat(64)}\r\n`);
}

/** The server ends the connection with its answer. */
function lastOfConnection(part: string | Buffer): Buffer {
  const bytes = Buffer.from(part);
  const headers = bytes.indexOf("host: ");
  return headers < 0
    ? bytes
    : Buffer.concat([bytes.subarray(0, headers), Buffer.from("connection: close\r\n"), bytes.subarray(headers)]);
}

test("a client that goes away at any moment enters once or not at all, and harms nobody", async () => {
  const place = { ...cell, cell_index: 7 };
  const request = entry(JSON.stringify(place), json, "idempotency-key: again");
  for (let length = 1; length < request.length; length += 23) {
    const socket = open();
    socket.write(request.subarray(0, length));
    socket.end();
    await once(socket.resume(), "close");
  }
  for (let round = 0; round < 20; round += 1) {
    const socket = open();
    socket.write(request, () => setTimeout(() => socket.destroy(), round / 4));
    await once(socket, "close");
  }

  const entered = await send(secret, "POST", "/v1/deployments", place, { "idempotency-key": "again" });
  expect(entered.status).toBe(201);
  expect((await send(secret, "GET", `/v1/deployments?region=${region}&cell_index=7`)).body["items"]).toHaveLength(1);
  expect(logged).toEqual([]);
});

test("a connection is used again, and requests that are sent at once are answered in their order", async () => {
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${secret}\r\n`;
  const last = `${get("/v1/freezes")}connection: close\r\n\r\n`;

  const answer = await exchange(`${get("/v1/deployments/999999")}\r\n${get("/v1/queue?x=1")}\r\n${last}`);
  expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(["404", "400", "200"]);
});

test("another page in a browser gets nothing, and no answer is kept, framed or guessed at", async () => {
  const { headers } = await send(secret, "GET", "/v1/queue", undefined, { origin: "https://evil.example" });
  const asked = await fetch(`${server.base}/v1/queue`, {
    method: "OPTIONS",
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  });

  for (const answer of [headers, asked.headers]) {
    expect([...answer.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(Object.fromEntries(answer)).toMatchObject({
      ...{ "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" },
      "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
    });
  }
});

test("a request is one line in the log, which has its route and its caller, and no secret", async () => {
  await send(secret, "GET", "/v1/deployments/999998?secret=value");
  await until("the request is told", () =>
    debugged.some((line) => /^GET \/v1\/deployments\/:deployment_id 404 in \d+ ms, token [\da-f]{12}$/.test(line)),
  );

  expect(debugged.join()).not.toContain(secret);
  expect(debugged.join()).not.toContain("999998");
});
