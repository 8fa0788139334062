import { expect, onTestFinished, test } from "vitest";
import type { Diagnosis } from "../../src/commandLine/doctorChecks.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { emptyDatabase } from "../support/emptyDatabase.js";
import { insertFinished } from "../support/history.js";
import { startOwnServer } from "../support/ownServer.js";

const line = useCommandLine();

type Variables = Readonly<Record<string, string>>;

async function examine(args: readonly string[] = [], variables: Variables = {}, run = line.run) {
  const { code, stdout, stderr } = await run(["doctor", "--json", ...args], variables);
  expect(stderr).toBe("");
  const lines: Diagnosis[] = JSON.parse(stdout);
  const of = (name: string) => lines.filter((diagnosis) => diagnosis.name === name);
  return { code, lines, of };
}

const names = [
  ...["connection", "encryption", "server", "extension", "schema", "notifications", "clock", "worker"],
  ...["rules", "locks", "notification queue", "deployments"],
];

test("finds nothing wrong where nothing is", async () => {
  await line.queue.upkeep.workerSeen("here:1", "1.0.0");
  const { code, lines } = await examine();
  expect(code).toBe(0);
  expect(lines.map(({ name }) => name)).toEqual(names);
  expect(lines.filter(({ status, cure }) => status !== "ok" || cure !== null)).toEqual([]);
});

test("without --json it prints a line each, and the cure below", async () => {
  await line.advance("1 hour");
  const { code, stdout } = await line.run(["doctor"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ok {7}connection: connected to /);
  expect(stdout).toMatch(/^warning {2}worker: here:1 was seen 1h(?: \d+s)? ago\n {9}Start "deploy-queue worker"/m);
});

test("a worker is demanded of a host when asked to", async () => {
  await line.queue.upkeep.workerSeen("there:7", "1.0.0");
  expect((await examine(["--worker", "there"])).code).toBe(0);
  const { code, of } = await examine(["--worker", "elsewhere"]);
  expect(code).toBe(4);
  expect(of("worker")).toMatchObject([{ status: "failed", text: "no background worker has been seen on elsewhere" }]);
});

test.for([
  ["cannot be reached", "postgres://nobody@127.0.0.1:1/nothing", /nothing answers at 127\.0\.0\.1:1/],
  ["has a URL that cannot be read", "mysql://nobody@127.0.0.1/nothing", /not a valid connection URL/],
  ["is not named in CI", "", /is set, and in CI/],
] as const)("a database that %s is one failed line with its cure", async ([, url, reason]) => {
  const { code, lines } = await examine([], { DEPLOY_QUEUE_DATABASE_URL: url });
  expect(code).toBe(4);
  expect(lines).toEqual([
    { name: "connection", status: "failed", text: expect.stringMatching(reason), cure: expect.any(String) },
  ]);
});

test("says that it examines this user's own PostgreSQL and where that lives, but not of one that a URL names", async () => {
  const { directory, url } = await startOwnServer();
  const { host } = new URL(url);
  const connected = `connected to deploy_queue@${host}/deploy_queue`;
  const own = { DEPLOY_QUEUE_DATABASE_URL: "embedded", DEPLOY_QUEUE_DATA_DIRECTORY: directory };

  const embedded = await examine([], own, line.runProcess);
  expect(embedded.code).toBe(0);
  expect(embedded.of("connection")).toEqual([
    { name: "connection", status: "ok", text: `${connected}, this user's own, in ${directory}`, cure: null },
  ]);
  const named = await examine([], { DEPLOY_QUEUE_DATABASE_URL: url });
  expect(named.of("connection")).toMatchObject([{ status: "ok", text: connected }]);
});

test("a missing schema fails, and stays missing", async () => {
  const empty = await emptyDatabase();
  const { code, of, lines } = await examine([], { DEPLOY_QUEUE_DATABASE_URL: empty.url });
  expect(code).toBe(4);
  expect(of("schema")).toMatchObject([{ status: "failed", cure: expect.stringContaining("deploy-queue migrate") }]);
  expect(of("extension")).toMatchObject([{ status: "ok", text: "btree_gist can be created by the migration" }]);
  expect(lines.map(({ name }) => name)).toEqual(names.slice(0, 7));
  expect(await empty.hasQueue()).toBe(false);
});

test.for([
  ["of version 0", "schema_version", /select \d+/, "select 0", "failed", 4],
  ["of version 999", "schema_version", /select \d+/, "select 999", "warning", 0],
  ["with functions of another text", "_fingerprint", /select '\w+'/, "select 'other'", "warning", 0],
] as const)("a schema %s is told", async ([, name, is, becomes, status, expected]) => {
  const [{ text: original } = { text: "" }] = await line.sql<{ text: string }[]>`
    select pg_get_functiondef(${`deploy_queue.${name}`}::regproc) as text`;
  onTestFinished(() => void line.sql.unsafe(original));
  await line.sql.unsafe(original.replace(is, becomes));
  const { code, of } = await examine();
  expect(of("schema")).toMatchObject([{ status, cure: expect.any(String) }]);
  expect(code).toBe(expected);
  await line.sql.unsafe(original);
});

// Only Node.js can be told to have another clock.
test.skipIf(process.env["DEPLOY_QUEUE_TEST_EXECUTABLE"])("a clock that is an hour ahead is a warning", async () => {
  const ahead = "const now = Date.now; Date.now = () => now() + 3_610_000";
  const variables = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(ahead)}` };
  const { code, of } = await examine([], variables, line.runProcess);
  expect(code).toBe(0);
  expect(of("clock")).toMatchObject([
    { status: "warning", text: expect.stringMatching(/is 1h( \d+s)? ahead of the server's$/) },
  ]);
});

test("deployments that look stuck are a warning each: silent, without a keeper, slow, idle", async () => {
  const silent = await line.running(newPlace(), { heartbeat: true });
  const place = newPlace();
  await insertFinished(line, {
    environment: place.environment,
    region: place.region,
    component: "holder",
    endedAgo: "1 day",
    durations: ["1 minute", "1 minute"],
  });
  const slow = await line.running(place);
  const { id: idle } = await line.enqueue();
  await line.advance("20 minutes");
  const { code, of } = await examine();
  expect(code).toBe(0);
  const found = of("deployments");
  expect(found.map(({ status }) => status)).toEqual(["warning", "warning", "warning", "warning"]);
  const texts = found.map(({ text }) => text).join("\n");
  expect(texts).toMatch(new RegExp(`deployment ${silent} \\(holder\\) has sent no heartbeat since`));
  expect(texts).toMatch(
    new RegExp(`deployment ${slow} \\(holder\\) runs without a keeper since .* and never ends by itself`),
  );
  expect(texts).toMatch(new RegExp(`deployment ${slow} \\(holder\\) has been running for .*, usual are 00:01:00`));
  expect(texts).toMatch(
    new RegExp(
      `deployment ${idle} \\(api\\) is waiting for its owner to start it, idle for 00:.*; nobody is listening`,
    ),
  );
});

test("with --verify-history it examines everything that has happened", async () => {
  const { id } = await line.enqueue();
  await line.queue.cancel(id);
  const healthy = await examine(["--verify-history"]);
  expect(healthy.of("history")).toMatchObject([{ status: "ok", cure: null }]);

  const owner = line.connect();
  await owner.unsafe(`
    begin; set local deploy_queue.maintenance = 'on';
    delete from deploy_queue.deployment_events where deployment_id = ${id} and kind = 'cancelled'; commit`);
  const { code, of } = await examine(["--verify-history"]);
  expect(code).toBe(4);
  expect(of("history")).toMatchObject([{ status: "failed", cure: expect.stringContaining(`history ${id}`) }]);
  expect(of("history")[0]?.text).toMatch(
    new RegExp(`^deployment ${id}: it was cancelled at .*, of which there is no event`),
  );
});

test.for([
  [
    "a missing constraint",
    "alter table deploy_queue.deployments drop constraint never_two_at_once",
    /^the constraint never_two_at_once is missing/,
  ],
  [
    "a disabled trigger",
    "alter table deploy_queue.deployments disable trigger tg_deployments__guard",
    /^the trigger tg_deployments__guard is disabled$/,
  ],
  [
    "a dropped trigger",
    "drop trigger tg_deployments__wake on deploy_queue.deployments",
    /^no trigger calls tg_deployments__wake$/,
  ],
] as const)("%s fails", async ([, statement, problem]) => {
  await line.sql.unsafe(statement);
  const { code, of } = await examine();
  expect(code).toBe(4);
  expect(of("rules").map(({ text }) => text)).toContainEqual(expect.stringMatching(problem));
});
