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
  expect(early).toMatchObject({ started: false, lookAgainIn: 1 });
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
  expect((await database.queue.tryStart(candidate)).lookAgainIn).toBe(1000);
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
