import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";
import { useHttpServer } from "../../support/httpServer.js";
import { newLine } from "../../support/line.js";
import { startReceiver, status } from "../../support/receiver.js";
import { startWorker, stopsInTime } from "../../support/worker.js";

const cli = useCommandLine();
const server = useHttpServer(cli);

function add(name: string, ...more: readonly string[]): readonly string[] {
  return ["webhook", "add", "--name", name, "--events", "started,finished", ...more];
}

test("the secret is the last line of stdout, and shown that one time", async () => {
  const added = await cli.run([...add("board", "--url", "https://example.com/a/b"), "-e", "dev"]);
  expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_\S{44}\n$/) });
  expect(added.stderr).toContain("webhook board tells https://example.com; its secret is shown this one time");
  const rotated = await cli.run(["webhook", "rotate", "board", "--overlap", "2h"]);
  expect(rotated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_\S{44}\n$/) });
  const atOnce = await cli.run(["webhook", "rotate", "board", "--overlap", "0"]);
  expect(atOnce.stderr).toContain("the old one signs no more");
  const list = await cli.run(["webhook", "list"]);
  expect(list.stdout).toMatch(/board +standard +https:\/\/example\.com +started, finished +dev +never/);
  for (const secret of [added.stdout, rotated.stdout])
    expect(list.stdout + rotated.stderr).not.toContain(secret.trim());
  expect(await cli.run(["webhook", "remove", "board"])).toMatchObject({ code: 0 });
  expect((await cli.run(["webhook", "list"])).stdout).toBe("There is no webhook\n");
});

test.each([
  [add("plain", "--url", "http://example.com"), 2, "--allow-private"],
  [
    add("here", "--url", "https://127.0.0.1/h"),
    2,
    "private address. A receiver on a private network or on this machine needs --allow-private",
  ],
  [add("typo", "--url", "htp://example.com"), 2, "such as https://example.com/hook"],
  [add("user", "--url", "https://user:pw@example.com/h"), 2, "neither a user with a password"],
  [add("kind", "--preset", "slak", "--url", "https://example.com"), 2, "There are standard, slack"],
  [["webhook", "list", "unknown"], 3, "there is no webhook 'unknown'"],
  [add("nowhere"), 2, "--url is missing"],
  [add("bot", "--preset", "slack-bot", "--channel", "C1"), 2, "this preset needs a credential"],
  [
    add("bot", "--preset", "slack-bot", "--credential-variable", "UNSET"),
    2,
    "UNSET of --credential-variable is not set",
  ],
  [["webhook", "add", "--name", "x", "--url", "https://x.com", "--events", "woken"], 2, "not told of 'woken'"],
  [["webhook", "rotate", "unknown"], 3, '"deploy-queue webhook list"'],
  [["webhook", "redeliver", "unknown", "--message", "1"], 3, "there is no webhook 'unknown'"],
] as const)("%j is refused with %i and a reason", async (args, code, reason) => {
  expect(await cli.run(args)).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(reason) });
});

test("the token of a bot comes from a variable, and no list shows it", async () => {
  const bot = ["--preset", "slack-bot", "--channel", "C1", "--credential-variable", "BOT_TOKEN"];
  expect(await cli.run(add("bot", ...bot), { BOT_TOKEN: "xoxb-hidden" })).toMatchObject({ code: 0 });
  const { stdout } = await cli.run(["webhook", "list", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject([{ name: "bot", host: "https://slack.com", channel: "C1" }]);
  expect(stdout).not.toContain("xoxb-hidden");
  await cli.run(["webhook", "remove", "bot"]);
});

test("a test says what the receiver has answered, or that no worker has sent it", async () => {
  const receiver = await startReceiver();
  await cli.run(add("tried", "--url", receiver.url, "--allow-private"));
  const unsent = await cli.run(["webhook", "test", "tried", "--wait-timeout", "1s"]);
  expect(unsent).toMatchObject({ code: 6, stderr: expect.stringContaining("no worker has sent the message") });

  const worker = await startWorker(cli);
  expect(await cli.run(["webhook", "test", "tried"])).toMatchObject({
    ...{ code: 0, stderr: expect.stringContaining("has taken the message (status 204)") },
  });
  receiver.answer(status(500));
  expect(await cli.run(["webhook", "test", "tried"])).toMatchObject({
    ...{ code: 4, stderr: expect.stringContaining("the receiver has answered with status 500") },
  });
  await stopsInTime(worker);
  await cli.run(["webhook", "remove", "tried"]);
});

test("what has become of messages is listed, and one is sent again", async () => {
  const receiver = await startReceiver();
  await cli.run(add("listed", "--url", receiver.url, "--allow-private"));
  const id = await newLine(cli).add("finished");
  await cli.run(["worker", "--once"]);
  const [finished, started] = JSON.parse((await cli.run(["webhook", "list", "listed", "--json"])).stdout);
  expect([finished, started]).toMatchObject([
    { kind: "finished", deployment_id: id, state: "delivered" },
    { kind: "started", deployment_id: id, state: "delivered" },
  ]);
  const again = await cli.run(["webhook", "redeliver", "listed", "--message", String(started.message_id)]);
  expect(again).toMatchObject({ code: 0 });
  await cli.run(["worker", "--once"]);
  expect(receiver.told()).toEqual([`${id} started`, `${id} finished`, `${id} started`]);
  expect((await cli.run(["webhook", "list", "listed"])).stdout).toMatch(/started +\d+ +\S+Z +delivered +1 +204/);
  await cli.run(["webhook", "remove", "listed"]);
});

test("a server adds webhooks for operators, and gives no secret to anybody afterwards", async () => {
  const variables = {
    DEPLOY_QUEUE_DATABASE_URL: undefined,
    DEPLOY_QUEUE_URL: server.base,
    DEPLOY_QUEUE_TOKEN: await server.tokenOf("operator"),
  };
  const added = await cli.run(add("remote", "--url", "https://example.com/"), variables);
  expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_/) });
  for (const path of ["call/next_webhook_messages", "look/webhooks", "look/webhook_messages"]) {
    const response = await fetch(`${server.base}/v1/${path}`, {
      ...{ method: "POST", body: "{}" },
      headers: { authorization: `Bearer ${variables.DEPLOY_QUEUE_TOKEN}`, "content-type": "application/json" },
    });
    expect([response.status, await response.text()]).toEqual([
      path.startsWith("call") ? 403 : 404,
      expect.not.stringContaining(added.stdout.trim()),
    ]);
  }
  expect(await cli.run(["webhook", "remove", "remote"], variables)).toMatchObject({ code: 0 });
});
