import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import type { WebhookMessage, WebhookPreset } from "../../../src/queue/calls/webhooks.js";
import { deliver } from "../../../src/worker/webhooks/deliver.js";
import { startReceiver, status } from "../../support/receiver.js";

const secret = `whsec_${randomBytes(32).toString("base64")}`;
const credential = "key-of-a-service";

function message(url: string, overrides: Partial<WebhookMessage> = {}, kind = "started"): WebhookMessage {
  const place = { environment: "prod", cloud_provider: "aws", region: "us-west-2", cell_index: 1 };
  const deployment = {
    id: 42,
    component: "api",
    version: "v1",
    url: "https://ci.example.com/7",
    note: "<!channel> *now*",
  };
  const subject = { component: "api", version: "v1", deployment };
  return {
    ...{ message_id: 7, webhook_id: 1, name: "board", message_uid: "msg_0a_7", attempt: 1, preset: "standard", url },
    ...{ channel: null, allow_private: true, credential: null, secrets: [secret], thread: null },
    body: {
      ...{ type: `deployment.${kind}`, timestamp: "2030-01-31T18:00:00+00:00" },
      data: { kind, event_id: 9, actor: "ann", reason: "tests are red", ...place, ...subject },
    },
    ...overrides,
  };
}

test("a published library verifies the signature; with two secrets, each of them verifies", async () => {
  const receiver = await startReceiver();
  const other = `whsec_${randomBytes(32).toString("base64")}`;
  const sent = message(receiver.url, { secrets: [other, secret] });
  expect(await deliver(sent)).toEqual({ delivered: true, httpStatus: 204 });
  const [request] = receiver.requests;
  const headers = Object.fromEntries(
    Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  expect(headers).toMatchObject({ "webhook-id": "msg_0a_7", "content-type": "application/json; charset=utf-8" });
  for (const key of [secret, other]) {
    expect(new Webhook(key).verify(request?.text ?? "", headers)).toEqual(sent.body);
  }
  const stranger = new Webhook(randomBytes(32).toString("base64"));
  expect(() => stranger.verify(request?.text ?? "", headers)).toThrow("No matching signature");
  expect(() => new Webhook(secret).verify(`${request?.text} `, headers)).toThrow("No matching signature");
});

test.each([
  [200, {}, { delivered: true, httpStatus: 200 }],
  [500, {}, { delivered: false, problem: "the receiver has answered with status 500" }],
  [410, { "retry-after": "7" }, { delivered: false, retryAfter: undefined }],
  [429, { "retry-after": "7" }, { delivered: false, retryAfter: 7 }],
  [503, { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() }, { retryAfter: expect.closeTo(3_600, -2) }],
  [503, { "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, { retryAfter: undefined }],
  [429, { "retry-after": "soon" }, { retryAfter: undefined }],
] as const)("status %i with %j is %j", async (code, headers, attempt) => {
  const receiver = await startReceiver({ answer: status(code, headers) });
  expect(await deliver(message(receiver.url))).toMatchObject(attempt);
});

test("a redirect is not followed", async () => {
  const other = await startReceiver();
  const receiver = await startReceiver({ answer: status(307, { location: other.url }) });
  expect(await deliver(message(receiver.url))).toMatchObject({
    ...{ delivered: false, httpStatus: 307, problem: expect.stringContaining("redirects") },
  });
  expect(other.requests).toEqual([]);
});

test.each(["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"])(
  "nothing is sent to %s unless the webhook may go there",
  async (host) => {
    const receiver = await startReceiver();
    const url = `http://${host}:${receiver.port}/hook`;
    expect(await deliver(message(url, { allow_private: false }))).toMatchObject({
      ...{ delivered: false, problem: expect.stringContaining("is a private address") },
    });
    expect(receiver.requests).toEqual([]);
  },
);

test("a certificate that nobody trusts, a closed port and a name that does not exist are said", async () => {
  const receiver = await startReceiver({ tls: true });
  expect(await deliver(message(receiver.url))).toMatchObject({ problem: expect.stringMatching(/certificate/i) });
  expect(receiver.requests).toEqual([]);
  await receiver.stop();
  expect(await deliver(message(receiver.url))).toMatchObject({ delivered: false, problem: expect.any(String) });
  const nowhere = await deliver(message("https://nowhere.invalid/hook"));
  expect(nowhere).toMatchObject({ delivered: false, problem: expect.stringContaining("nowhere.invalid") });
});

test("a receiver that hangs, before its answer or in it, is given up", { timeout: 60_000 }, async () => {
  const [silent, endless] = await Promise.all([
    startReceiver({ answer: () => undefined }),
    startReceiver({ answer: (response) => void response.writeHead(200).write("and") }),
  ]);
  const attempts = await Promise.all([deliver(message(silent.url)), deliver(message(endless.url))]);
  for (const attempt of attempts) {
    expect(attempt).toEqual({ delivered: false, problem: "the receiver has not answered within 15 s" });
  }
});

test("an answer without an end is read no further than it needs to be", async () => {
  const receiver = await startReceiver({
    answer: (response) => {
      response.writeHead(200);
      const more = (): void => void (response.destroyed || response.write("x".repeat(60_000), more));
      more();
    },
  });
  expect(await deliver(message(receiver.url))).toEqual({ delivered: true, httpStatus: 200 });
});

const link = "https://ci.example.com/7";
const escaped = "&lt;!channel&gt; *now*";

test.each<[WebhookPreset, string, object]>([
  [
    "slack",
    "started",
    {
      text: "Started api@v1 in prod-aws-us-west-2-cell-1 (deployment 42)",
      blocks: [
        { type: "section", text: { text: `:rocket: *Started* \`api@v1\`\n\`${escaped}\``, verbatim: true } },
        { elements: [{ text: "`prod-aws-us-west-2-cell-1`" }, { text: "deployment 42" }, { text: `<${link}|job>` }] },
      ],
    },
  ],
  ["slack", "failed", { text: expect.stringMatching(/^Failed api@v1/) }],
  [
    "teams",
    "failed",
    {
      type: "message",
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          content: {
            ...{ type: "AdaptiveCard", version: "1.4", actions: [{ type: "Action.OpenUrl", url: link }] },
            body: [
              { inlines: [{ text: "Failed api@v1", color: "attention" }] },
              { inlines: [{ text: "tests are red" }] },
              { inlines: [{ text: "prod-aws-us-west-2-cell-1" }] },
              { inlines: [{ text: "deployment 42" }] },
            ],
          },
        },
      ],
    },
  ],
  [
    "pagerduty",
    "reaped",
    {
      ...{ routing_key: credential, event_action: "trigger", dedup_key: "deploy-queue-deployment-42" },
      payload: {
        ...{ source: "prod-aws-us-west-2-cell-1", severity: "error", component: "api@v1", class: "reaped" },
        summary: expect.stringContaining("api@v1 in prod-aws-us-west-2-cell-1 (deployment 42)"),
      },
      links: [{ href: link }],
    },
  ],
  ["pagerduty", "finished", { event_action: "resolve", dedup_key: "deploy-queue-deployment-42" }],
  ["opsgenie", "outlier", { alias: "deploy-queue-deployment-42", priority: "P3", tags: ["deploy-queue", "outlier"] }],
])("%s gets what it understands of %s", async (preset, kind, expected) => {
  const receiver = await startReceiver();
  await deliver(message(receiver.url, { preset, credential }, kind));
  expect(JSON.parse(receiver.requests[0]?.text ?? "")).toMatchObject(expected);
});

test("an alert of Opsgenie is closed by its alias", async () => {
  const receiver = await startReceiver();
  await deliver(message(receiver.url, { preset: "opsgenie", credential }, "finished"));
  expect(receiver.requests).toMatchObject([
    {
      path: "/hook/deploy-queue-deployment-42/close?identifierType=alias",
      headers: { authorization: `GenieKey ${credential}` },
    },
  ]);
});

test("a bot of Slack begins a thread and answers in it; what Slack refuses is a failure", async () => {
  const receiver = await startReceiver();
  const bot = { preset: "slack-bot", channel: "C1", credential } as const;
  receiver.answer(status(200, {}, '{"ok":true,"ts":"1700.1"}'));
  expect(await deliver(message(receiver.url, bot))).toEqual({ delivered: true, httpStatus: 200, thread: "1700.1" });
  receiver.answer(status(200, {}, '{"ok":true,"ts":"1700.2"}'));
  await deliver(message(receiver.url, { ...bot, thread: "1700.1" }, "finished"));
  expect(receiver.requests.map(({ headers, text }) => [headers.authorization, JSON.parse(text)])).toMatchObject([
    [`Bearer ${credential}`, { channel: "C1", parse: "none" }],
    [`Bearer ${credential}`, { channel: "C1", thread_ts: "1700.1" }],
  ]);
  for (const [answer, problem] of [
    ['{"ok":false,"error":"not_in_channel"}', "Slack has refused it: not_in_channel"],
    ["<html>a proxy</html>", "Slack has refused it: an answer that is not Slack's"],
  ] as const) {
    receiver.answer(status(200, {}, answer));
    expect(await deliver(message(receiver.url, bot))).toEqual({ delivered: false, httpStatus: 200, problem });
  }
});
