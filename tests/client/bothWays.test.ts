import { beforeAll, expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";
import { newTarget } from "../support/targets.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const cell = ["-e", "dev", "-p", "aws", "-r", "both", "-i", "0"];
let running = 0;
let waiting = 0;

beforeAll(async () => {
  ({ id: running } = await cli.enqueue({ region: "both", version: "v1", maxDuration: 90 }));
  await cli.queue.tryStart(running);
  await cli.queue.logs.append(running, "me", 1, [
    { stream: "stdout", content: "out\n", age: 0 },
    { stream: "stderr", content: "bad\n", age: 0 },
  ]);
  ({ id: waiting } = await cli.enqueue({ region: "both", version: "v2", heartbeat: true }));
  await cli.enqueue({ region: "both", component: "web", hold: "outside", command: ["true"] });
  await cli.queue.work.register("host", [newTarget()]);
  await cli.queue.policies.addWindow("dev", [1, 2, 3, 4, 5, 6, 7], "00:00", "24:00", "UTC");
  await cli.queue.policies.freeze({ environment: "dev", region: "elsewhere", cloudProvider: "aws" }, "an incident");
  await cli.queue.webhooks.add({ name: "told", url: "https://example.com/hook", events: ["started", "failed"] });
  await cli.queue.checks.report({ component: "api", version: "v1", name: "e2e", passed: true, details: { ran: 12 } });
});

const overHttp = async () => ({
  DEPLOY_QUEUE_DATABASE_URL: undefined,
  DEPLOY_QUEUE_URL: server.base,
  DEPLOY_QUEUE_TOKEN: await server.tokenOf("operator"),
});

const passing = new Set(["as_of", "is_own", "is_mine", "current_duration", "heartbeat_age", "used_at"]);

/** Without what differs from one moment to the next, and with who asks. JSON has no order of fields. */
function lasting(text: string): unknown {
  try {
    return JSON.parse(text, (name, value) => (passing.has(name) ? undefined : value));
  } catch {
    // Columns are as wide as the durations in them.
    return text
      .replaceAll(/\[\d\d:\d\d:\d\dZ\]|\b(?:\d+[dhm] )*\d+(?:\.\d+)?(?:ms|[dhms])\b/g, "<time>")
      .replaceAll(/ {2,}/g, "  ");
  }
}

test.each([
  ["info", () => [String(running)]],
  ["info", () => ["99999999"]],
  ["info", () => ["nonsense"]],
  ["history", () => [String(waiting)]],
  ["logs", () => [String(running)]],
  ["logs", () => [String(running), "--json", "--stream", "stderr"]],
  ["explain", () => [String(waiting)]],
  ["preflight", () => [...cell, "-c", "api"]],
  ["status", () => cell.slice(0, 2)],
  ["list queue", () => []],
  ["list running", () => []],
  ["list staged", () => ["-e", "dev"]],
  ["list deployments", () => ["--since", "1h", "-c", "api"]],
  ["list deployments", () => ["--since", "1h", "--by", "nobody"]],
  ["list cells", () => ["dev"]],
  ["list cells", () => ["nowhere"]],
  ["list latest", () => []],
  ["list outliers", () => []],
  ["list freezes", () => []],
  ["list windows", () => []],
  ["list approvals", () => []],
  ["list checks", () => []],
  ["list targets", () => []],
  ["submit", () => ["--target", "nowhere", "--", "true"]],
  ["release", () => [String(waiting), "--agent", "--yes"]],
  ["environment list", () => []],
  ["token list", () => []],
  ["webhook list", () => []],
  ["webhook list", () => ["told"]],
  ["webhook rotate", () => ["nowhere"]],
  ["webhook add", () => ["--name", "odd", "--url", "https://example.com/", "--events", "woken"]],
  ["assert", () => [String(running)]],
  ["assert", () => [String(waiting)]],
  ["finish", () => [String(waiting)]],
  ["cancel deployment", () => ["99999999"]],
  ["freeze", () => ["-e", "nowhere", "--reason", "why", "--yes"]],
  ["environment set", () => ["dev", "--buffer-time", "-1s"]],
  ["heartbeat deployment", () => ["99999999"]],
  ["bump", () => [String(running), "--reason", "why"]],
] as const)("%s says the same over HTTP, in words, in JSON and by its exit code", async (path, more) => {
  for (const form of [[], ["--json"]]) {
    const args = [...path.split(" "), ...more(), ...form];
    const direct = await cli.run(args);
    const through = await cli.run(args, await overHttp());
    expect({ code: through.code, stdout: lasting(through.stdout), stderr: lasting(through.stderr) }).toEqual({
      code: direct.code,
      stdout: lasting(direct.stdout),
      stderr: lasting(direct.stderr),
    });
  }
});

test.each([["worker"], ["migrate"], ["adopt", "--dry-run"], ["serve"]])("%s needs a database", async (...args) => {
  const { code, stderr } = await cli.run(args, await overHttp());
  expect(code).toBe(2);
  expect(stderr).toContain("this needs a connection to the database, not a server");
});

test("notices and warnings of the queue come along, and the record has who acted", async () => {
  const variables = { ...(await overHttp()), DEPLOY_QUEUE_ACTOR: "Zoë" };
  const { id } = await cli.enqueue({ region: "notices" });

  const cancelled = await cli.run(["cancel", "deployment", String(id)], variables);
  const again = await cli.run(["cancel", "deployment", String(id)], variables);
  expect(cancelled.code).toBe(0);
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining("already") });
  expect(await cli.queue.history.cancellation(id)).toMatchObject({ actor: "Zoë", principal: "token operator" });
});

test.each([
  [{ DEPLOY_QUEUE_TOKEN: "wrong" }, 7, "does not let us in: the token is not known here"],
  [{ DEPLOY_QUEUE_TOKEN: undefined }, 2, "there is no token"],
  [{ DEPLOY_QUEUE_URL: "http://127.0.0.1:59999" }, 7, "cannot be reached: nothing answers"],
  [{ DEPLOY_QUEUE_URL: "http://queue.example.com" }, 2, "begins with http:"],
  [{ DEPLOY_QUEUE_URL: "https://ann:secret@queue.example.com" }, 2, "may have a host, a port and a path only"],
  [{ DEPLOY_QUEUE_URL: "queue" }, 2, "is not the URL of a server"],
  [{ DEPLOY_QUEUE_DATABASE_URL: "postgres://x/y" }, 2, "are both set"],
])("%j is refused with %i and a reason", async (variables, code, reason) => {
  const end = await cli.run(["list", "queue"], { ...(await overHttp()), ...variables });
  expect(end).toMatchObject({ code, stderr: expect.stringContaining(reason) });
  expect(end.stderr).not.toMatch(/secret|\n.*\n/);
});

test("config shows the server and not the token", async () => {
  const variables = await overHttp();
  const { stdout } = await cli.run(["config"], variables);
  expect(stdout).toContain(server.base);
  expect(stdout).not.toContain(variables.DEPLOY_QUEUE_TOKEN);
});
