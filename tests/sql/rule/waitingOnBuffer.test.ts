import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

beforeAll(async () => {
  // Here time stands still until a test moves it.
  await sql.unsafe(`
    create table test.moment (moment timestamptz not null);
    insert into test.moment values ('2026-03-02 12:00:00+00');
    create or replace function deploy_queue._now() returns timestamptz
    language sql stable
    set search_path = pg_catalog, pg_temp
    as $$ select moment.moment from test.moment $$`);
});

const pass = (interval: string) => sql`update test.moment set moment = moment + ${interval}::interval`;

test("a buffer is over exactly at its end", async () => {
  const line = newLine(database, "prod");
  const blocker = await line.add("finished");
  const candidate = await line.add("queued");

  await pass("9 minutes 59.999999 seconds");
  const early = await database.queue.tryStart(candidate);
  expect(early).toMatchObject({ started: false, lookAgainIn: 0.000_001 });
  expect(await sql`select status from deploy_queue.deployments_with_status where id = ${blocker}`).toEqual([
    { status: "buffering" },
  ]);

  await pass("1 microsecond");
  expect(await sql`select status from deploy_queue.deployments_with_status where id = ${blocker}`).toEqual([
    { status: "finished" },
  ]);
  expect((await database.queue.tryStart(candidate)).started).toBe(true);
});

test("the last of several buffers counts", async () => {
  const line = newLine(database, "prod");
  const one = await line.add("running", { concurrencyKey: "x" });
  const other = await line.add("running", { concurrencyKey: "x" });
  const candidate = await line.add("queued");
  await database.queue.finish(one);
  await pass("9 minutes 50 seconds");
  await database.queue.finish(other);
  await pass("5 seconds");
  expect((await database.queue.tryStart(candidate)).waitingOn).toHaveLength(2);
  await pass("6 seconds");
  expect((await database.queue.tryStart(candidate)).waitingOn).toHaveLength(1);
  await pass("9 minutes 48 seconds");
  expect((await database.queue.tryStart(candidate)).lookAgainIn).toBe(1);
  await pass("1 second");
  expect((await database.queue.tryStart(candidate)).started).toBe(true);
});

test("a changed buffer holds for those that finished before", async () => {
  await database.queue.environments.set("staging", { bufferTime: 60 });
  const line = newLine(database, "staging");
  await line.add("finished");
  const candidate = await line.add("queued");
  await pass("61 seconds");
  await database.queue.environments.set("staging", { bufferTime: 120 });
  expect((await database.queue.tryStart(candidate)).started).toBe(false);
  await database.queue.environments.set("staging", { bufferTime: 61 });
  expect((await database.queue.tryStart(candidate)).started).toBe(true);
});

test.each([
  ["9 minutes", "19 minutes"],
  ["10 minutes", "0"],
  ["5 hours", "0"],
])("a clock that is set back by %s makes a buffer of 10 minutes end after %s", async (back, after) => {
  const line = newLine(database, "prod");
  const blocker = await line.add("finished");
  await pass(`-${back}`);
  const candidate = await line.add("queued");
  const status = async () =>
    (await sql`select status from deploy_queue.deployments_with_status where id = ${blocker}`)[0]?.["status"];
  const boards = async () => [
    (await sql`select from deploy_queue.current_deployments where deployment_id = ${blocker}`).length,
    (await sql`select from deploy_queue.finished_deployments where deployment_id = ${blocker}`).length,
  ];
  if (after !== "0") {
    await pass(`${after}`);
    await pass("-1 second");
    expect((await database.queue.line.forecast(candidate))?.blockers).toMatchObject([{ deployment_id: blocker }]);
    expect(await database.queue.tryStart(candidate)).toMatchObject({ started: false, lookAgainIn: 1 });
    expect(await status()).toBe("buffering");
    expect(await boards()).toEqual([1, 0]);
    await pass("1 second");
  }
  expect((await database.queue.line.forecast(candidate))?.blockers).toEqual([]);
  expect((await database.queue.tryStart(candidate)).started).toBe(true);
  expect(await status()).toBe("finished");
  expect(await boards()).toEqual([0, 1]);
  expect(await sql`select from deploy_queue.verify_history() where deployment_id = ${candidate}`).toEqual([]);
});
