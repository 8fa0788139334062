import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { SlackNotifier, type SlackOptions } from "../../../src/action/slack/notifier.js";
import { printable } from "../../../src/text/printable.js";
import { exampleDeployment as deployment } from "../../support/exampleDeployment.js";
import { type Answer, json, startSlack } from "./slackServer.js";

const token = "xoxb-1234-secret";
const url = "https://github.com/org/repo/actions/runs/1/job/2";
const start = "1699999999.123456";
let slack: Awaited<ReturnType<typeof startSlack>>;
const warnings: string[] = [];

beforeAll(async () => {
  slack = await startSlack(token);
});
afterAll(() => slack.stop());
afterEach(() => {
  expect(slack.complaints).toEqual([]);
  slack.answer();
  warnings.length = 0;
});

function notifier(options: Partial<SlackOptions> = {}): SlackNotifier {
  const warn = (warning: string) => warnings.push(warning);
  return new SlackNotifier({ token, channel: "C01234567", apiUrl: slack.url, warn, ...options });
}

function texts(): string[] {
  return slack.requests.flatMap(({ blocks }) =>
    blocks.flatMap((block) => [block.text?.text ?? "", ...(block.elements ?? []).map((element) => element.text)]),
  );
}

test("a start message has component, version, cell, id and link, and its ts is returned", async () => {
  const ts = await notifier().started({ deployment: deployment({ note: "hotfix" }), link: url });

  expect(ts).toMatch(/^\d{10}\.\d{6}$/);
  expect(slack.requests.map(({ method }) => method)).toEqual(["chat.postMessage"]);
  expect(slack.requests[0]?.blocks.map(({ type }) => type)).toEqual(["section", "context"]);
  expect(texts().filter(Boolean)).toEqual([
    ":rocket: *Started* `api@v1.2.3`\n`hotfix`",
    "`prod-aws-us-west-2-cell-1`",
    "deployment 42",
    `<${url}|job>`,
  ]);
  expect(slack.requests[0]?.fields["text"]).toBe("Started api@v1.2.3 in prod-aws-us-west-2-cell-1 (deployment 42)");
  expect(slack.requests[0]?.fields).toMatchObject({ parse: "none", unfurl_links: "false", unfurl_media: "false" });
  expect(slack.requests[0]?.fields).not.toHaveProperty("thread_ts");
});

test("a finish message answers the start message", async () => {
  await notifier().finished({ deployment: deployment(), link: url, startMessage: start });

  expect(slack.requests.map(({ method, fields }) => [method, fields["thread_ts"]])).toEqual([
    ["chat.postMessage", start],
  ]);
  expect(texts()[0]).toBe(":white_check_mark: *Finished* `api@v1.2.3`");
});

test("a cancel message says why", async () => {
  await notifier().cancelled({ deployment: deployment({ cancellation_note: "health checks failed" }) });

  expect(texts()[0]).toBe(":no_entry: *Cancelled* `api@v1.2.3`\n`health checks failed`");
});

test("an empty id of the start message is none", async () => {
  await notifier().finished({ deployment: deployment(), startMessage: "", updateStartMessage: true });

  expect(slack.requests.map(({ method, fields }) => [method, fields["thread_ts"]])).toEqual([
    ["chat.postMessage", undefined],
  ]);
});

test("the start message is changed in place with the outcome", async () => {
  await notifier().finished({ deployment: deployment(), startMessage: start, updateStartMessage: true });

  const update = slack.requests.find(({ method }) => method === "chat.update");
  expect(slack.requests).toHaveLength(2);
  expect(update?.fields).toMatchObject({ ts: start, channel: "C01234567", parse: "none" });
  expect(update?.blocks[0]?.text?.text).toBe(":white_check_mark: *Finished* `api@v1.2.3`");
});

test("without a link the address of the deployment is used", async () => {
  await notifier().started({ deployment: deployment({ url }) });

  expect(texts()).toContain(`<${url}|job>`);
});

test("text of users mentions no person, links nowhere and formats nothing", async () => {
  const hostile = "<!channel> <@U1> `*x*` _y_ ~z~ & <https://evil|ok>\n> quote\u001b[31m\u202e";
  const link = "https://host/a|b?x=1&y=<!here>";
  const changes = { component: hostile, version: hostile, note: hostile, region: hostile };
  await notifier().started({ deployment: deployment(changes), link });

  const everything = [...texts(), slack.requests[0]?.fields["text"] ?? ""].join("\n");
  const markup = everything.match(/<[^>]*>/g);
  expect(markup).toEqual(["<https://host/a%7Cb?x=1&amp;y=%3C!here%3E|job>"]);
  expect(everything).toContain("&lt;!channel&gt;");
  for (const text of texts()) {
    const outsideCode = text.replace(/`[^`\n]+`/g, "").replace("*Started*", "");
    expect(outsideCode).not.toMatch(/[`*_~]/);
    expect(text).toBe(text.split("\n").map(printable).join("\n"));
  }
});

test("an address that is not of a web page is no link", async () => {
  await notifier().started({ deployment: deployment(), link: "javascript:alert(1)" });

  expect(texts().join()).not.toContain("javascript");
});

test("the longest text, all of it escaped, stays within the limits of Slack", async () => {
  const long = "&".repeat(5_000);
  const changes = { component: long, version: long, note: long, region: long, environment: long, url: long };
  await notifier().started({ deployment: deployment(changes), link: `https://host/${"&".repeat(5_000)}` });

  expect(texts()[0]).toContain("…");
});

test("an empty note is left out", async () => {
  await notifier().started({ deployment: deployment({ note: " " }) });

  expect(texts()[0]).toBe(":rocket: *Started* `api@v1.2.3`");
});

test("what Slack refuses is a warning with the cure", async () => {
  slack.answer(json({ ok: false, error: "not_in_channel" }));

  expect(await notifier().started({ deployment: deployment() })).toBeUndefined();
  expect(warnings).toEqual(["Slack: the start message was not sent: not_in_channel; invite the app to the channel"]);
  expect(slack.requests).toHaveLength(1);
});

test("an outcome is sent even when the start message cannot be changed", async () => {
  const answerByMethod: Answer = (response) => {
    const updating = slack.requests.at(-1)?.method === "chat.update";
    json(updating ? { ok: false, error: "message_not_found" } : { ok: true, ts: start })(response);
  };
  slack.answer(answerByMethod, answerByMethod);

  const outcome = { deployment: deployment(), startMessage: start, updateStartMessage: true };
  expect(await notifier().finished(outcome)).toBe(start);
  expect(warnings).toEqual(["Slack: the start message was not updated: message_not_found"]);
});

test("a short Retry-After is obeyed", async () => {
  slack.answer(json({ ok: false, error: "ratelimited" }, 429, { "retry-after": "1" }));
  const before = performance.now();

  expect(await notifier().started({ deployment: deployment() })).toBeDefined();
  expect(performance.now() - before).toBeGreaterThanOrEqual(990);
  expect(slack.requests).toHaveLength(2);
  expect(warnings).toEqual([]);
});

test("a long Retry-After is a warning at once", async () => {
  slack.answer(json({ ok: false, error: "ratelimited" }, 429, { "retry-after": "30" }));

  expect(await notifier().started({ deployment: deployment() })).toBeUndefined();
  expect(slack.requests).toHaveLength(1);
  expect(warnings).toEqual(["Slack: the start message was not sent: too many messages, Slack asks to wait for 30 s"]);
});

test("an error of the server is tried again, three times in all", async () => {
  slack.answer(json("oops", 500), json("oops", 503), json("oops", 500), json("oops", 500));

  expect(await notifier().started({ deployment: deployment() })).toBeUndefined();
  expect(slack.requests).toHaveLength(3);
  expect(warnings[0]).toContain("500");
});

test("a server that recovers gets the message", async () => {
  slack.answer(json("oops", 500));

  expect(await notifier().started({ deployment: deployment() })).toBeDefined();
  expect(warnings).toEqual([]);
});

test.each([
  ["a page", "<html>\n::error::Sign in</html>"],
  ["nothing", ""],
  ["null", "null"],
  ["an array", "[]"],
  ["a refusal without a reason", '{"ok":false}'],
])("an answer that is %s is a warning in one line", async (_, body) => {
  slack.answer(json(body));

  expect(await notifier().started({ deployment: deployment() })).toBeUndefined();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^Slack: the start message was not sent: [^\n]{10,}$/);
});

test.each([
  ["never answers", () => undefined],
  ["stops in the middle of an answer", (response) => response.writeHead(200).write('{"ok":')],
] as const satisfies readonly (readonly [string, Answer])[])(
  "a Slack that %s holds up no step longer than the patience",
  async (_, answer) => {
    slack.answer(answer);
    // Left to itself, it waits for five seconds.
    const before = performance.now();

    expect(await notifier({ patience: 300 }).started({ deployment: deployment() })).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(4_500);
    expect(warnings).toEqual(["Slack: the start message was not sent: no answer in time"]);
  },
);

test("a Slack that cannot be reached is a warning", async () => {
  expect(await notifier({ apiUrl: "http://127.0.0.1:1/api/" }).started({ deployment: deployment() })).toBeUndefined();
  expect(warnings[0]).toMatch(/^Slack: the start message was not sent: .+/);
});

test("a token that does not fit into a header is not shown", async () => {
  const broken = `${token}\nsecond-line`;

  expect(await notifier({ token: broken }).started({ deployment: deployment() })).toBeUndefined();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).not.toContain("secret");
  expect(warnings[0]).not.toContain("second-line");
});

test("an empty token leaves the reason readable", async () => {
  const unreachable = { token: "", apiUrl: "http://127.0.0.1:1/api/" };

  expect(await notifier(unreachable).started({ deployment: deployment() })).toBeUndefined();
  expect(warnings[0]).not.toContain("***");
});

test("notifications add less than 100 kB to a bundle", async () => {
  const { outputFiles } = await build({
    entryPoints: ["src/action/slack/notifier.ts"],
    ...{ bundle: true, format: "cjs", platform: "node", minify: true, write: false, outdir: "out" },
  });

  expect(outputFiles[0]?.contents.length).toBeLessThan(100_000);
});
