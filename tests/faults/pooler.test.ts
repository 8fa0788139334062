import postgres from "postgres";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { runCli, startCli } from "../support/cli.js";
import { useDatabase } from "../support/database.js";
import { hasPooler, startPooler } from "../support/pooler.js";
import { createPredecessor } from "../support/predecessor.js";
import { until } from "../support/until.js";
import { stopsInTime } from "../support/worker.js";

const database = useDatabase();
const location = ["--environment", "dev", "--provider", "aws", "--region", "pooled", "--cell-index", "1"];
let variables: Record<string, string> = {};

beforeAll(async () => {
  if (!hasPooler) return undefined;
  const pooler = await startPooler(database.url, { mode: "transaction" });
  variables = { DEPLOY_QUEUE_DATABASE_URL: pooler.url };
  await until("the pooler answers", async () => (await runCli(["migrate"], variables)).code === 0);
  return pooler.stop;
});

// The first, since it takes over an empty queue only.
test.skipIf(!hasPooler)("adopt works through a transaction pooler, and leaves no function behind", async () => {
  await createPredecessor(database.sql);
  expect((await runCli(["adopt", "--dry-run"], variables)).code).toBe(0);
  expect((await runCli(["adopt", "--yes"], variables)).code).toBe(0);
  expect(await database.sql`select from pg_proc where proname = 'adopt'`).toHaveLength(0);
});

test.skipIf(!hasPooler)("a waiter behind a transaction pooler warns once, looks by itself and starts", async () => {
  const holder = await database.enqueue({ region: "pooled", cellIndex: 1 });
  await database.queue.tryStart(holder.id);
  const waiter = startCli(["start", ...location, "--component", "api"], variables);
  await waiter.printed(/notifications do not arrive.*pooler/);
  await database.queue.finish(holder.id);
  const { code, stderr, stdout } = await waiter.end;
  expect(code).toBe(0);
  expect(stderr.match(/notifications do not arrive/g)).toHaveLength(1);
  await database.queue.finish(Number(stdout));
});

test.skipIf(!hasPooler)("the actor is recorded behind a transaction pooler, and left to no other client", async () => {
  const { id } = await database.enqueue({ region: "pooled", cellIndex: 2 });
  expect((await runCli(["cancel", "deployment", String(id), "--actor", "ann"], variables)).code).toBe(0);

  expect((await database.queue.history.of(id)).at(-1)).toMatchObject({ kind: "cancelled", actor: "ann" });
  const other = postgres(variables["DEPLOY_QUEUE_DATABASE_URL"] ?? "", { max: 1, prepare: false });
  const [left] = await other`select nullif(current_setting('deploy_queue.actor', true), '') as setting`;
  await other.end();
  expect(left).toEqual({ setting: null });
});

test.skipIf(!hasPooler)("everything else works through a transaction pooler", async () => {
  const started = await runCli(["start", ...location, "--component", "web"], variables);
  const id = started.stdout.trim();
  expect((await runCli(["info", id], variables)).stdout).toContain(`${id} running web\n`);
  expect((await runCli(["finish", id], variables)).code).toBe(0);
  expect((await runCli(["run", ...location, "--component", "web", "--", "true"], variables)).code).toBe(0);
  expect((await runCli(["list", "cells", "--environment", "dev"], variables)).stdout).toContain(
    "dev-aws-pooled-cell-1",
  );
  expect(await database.queue.history.verify()).toEqual([]);
});

test.skipIf(!hasPooler)(
  "waiters that have all connections of a session pooler give way to who ends their wait",
  async () => {
    const pooler = await startPooler(database.url, { mode: "session", settings: "default_pool_size = 2" });
    onTestFinished(() => pooler.stop());
    const holder = await database.enqueue({ region: "crowded", cellIndex: 1 });
    await database.queue.tryStart(holder.id);
    const crowded = { DEPLOY_QUEUE_DATABASE_URL: pooler.url };
    const place = ["--environment", "dev", "--provider", "aws", "--region", "crowded", "--cell-index", "1"];
    await until("the pooler answers", async () => (await runCli(["info", String(holder.id)], crowded)).code === 0);
    const waiters = ["one", "two"].map((component) => startCli(["start", ...place, "--component", component], crowded));
    for (const waiter of waiters) await waiter.printed(/is blocked|waits/);

    const { code, stderr } = await runCli(["finish", String(holder.id)], crowded);

    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/finished at/) });
    const first = await Promise.race(waiters.map((waiter) => waiter.end));
    expect(first.code).toBe(0);
    expect((await runCli(["finish", first.stdout.trim()], crowded)).code).toBe(0);
    for (const waiter of waiters) expect((await waiter.end).code).toBe(0);
  },
);

test.skipIf(!hasPooler)(
  "a worker behind a session pooler works where transactions are read-only by default",
  async () => {
    const pooler = await startPooler(database.url, { mode: "session" });
    onTestFinished(() => pooler.stop());
    const [{ name } = { name: "" }] = await database.sql<{ name: string }[]>`select current_database() as name`;
    await database.sql.unsafe(`alter database ${name} set default_transaction_read_only = on`);
    const worker = startCli(["worker"], { DEPLOY_QUEUE_DATABASE_URL: pooler.url });
    await worker.printed(/works until it is stopped|cannot go on/);
    expect(worker.stderr()).not.toContain("cannot go on");
    await stopsInTime(worker);
  },
);
