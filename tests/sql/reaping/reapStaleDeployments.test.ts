import { beforeEach, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const reap = (by = sql) =>
  by<{ id: number; cancellation_note: string }[]>`
    select id, cancellation_note from deploy_queue.reap_stale_deployments() order by id`;

beforeEach(async () => {
  await database.advance("1 day");
  await reap();
});

test("cancels those whose heartbeats stopped, queued and running", async () => {
  const line = newLine(database);
  const running = await line.add("running", { heartbeat: true });
  const queued = await line.add("queued", { heartbeat: true });
  await database.advance("15 minutes 1 second");
  expect((await reap()).map(({ id }) => id)).toEqual([running, queued]);
  expect((await queue.deployment(running)).status).toBe("cancelled");
  expect(await reap()).toEqual([]);
});

test("leaves those alone that sent a heartbeat in time", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  await database.advance("14 minutes");
  await queue.heartbeat(id);
  await database.advance("14 minutes");
  expect(await reap()).toEqual([]);
});

test("never touches deployments without heartbeats", async () => {
  const line = newLine(database);
  const running = await line.add("running");
  await line.add("queued");
  await database.advance("1 year");
  expect(await reap()).toEqual([]);
  expect((await queue.deployment(running)).status).toBe("running");
});

test("never touches those that ended", async () => {
  const line = newLine(database);
  await line.add("finished", { heartbeat: true });
  await line.add("cancelled", { heartbeat: true });
  await database.advance("1 day");
  expect(await reap()).toEqual([]);
});

test("the timeout is that of the environment", async () => {
  await queue.environments.set("patient", { heartbeatTimeout: 7200 });
  const patient = await newLine(database, "patient").add("queued", { heartbeat: true });
  const impatient = await newLine(database).add("queued", { heartbeat: true });
  await database.advance("1 hour");
  expect((await reap()).map(({ id }) => id)).toEqual([impatient]);
  await database.advance("61 minutes");
  expect((await reap()).map(({ id }) => id)).toEqual([patient]);
});

test("the note and the event say who reaped and since when", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  const [{ since } = { since: "" }] = await sql<{ since: string }[]>`
    select date_trunc('second', heartbeat_timestamp)::text as since from deploy_queue.deployments where id = ${id}`;
  await database.advance("16 minutes");
  const reaper = database.connect();
  await reaper`set deploy_queue.actor = 'on-call'`;
  const note = `reaped by on-call: no heartbeat since ${since}`;
  expect(await reap(reaper)).toEqual([{ id, cancellation_note: note }]);
  expect(
    await sql`select kind, from_state, to_state, actor, reason from deploy_queue.deployment_events
      where deployment_id = ${id} order by id desc limit 1`,
  ).toEqual([{ kind: "reaped", from_state: "running", to_state: "cancelled", actor: "on-call", reason: note }]);
});

test("reaps also in the name of a role whose name is no line of text", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  await database.advance("16 minutes");
  const session = database.connect();
  await session`select set_config('deploy_queue.actor', ${`ann\n\u001b[31m${"x".repeat(500)}`}, false)`;

  const [reaped] = await reap(session);

  expect(reaped?.cancellation_note).toMatch(/^reaped by ann \[31mx{192}: no heartbeat since /);
  expect((await queue.history.of(id)).at(-1)?.actor).toMatch(/^ann \[31mx{192}$/);
});

test("a cancel after a reap in the same transaction is recorded as a cancel", async () => {
  const stale = await newLine(database).add("running", { heartbeat: true });
  await database.advance("16 minutes");
  const other = await newLine(database).add("running");
  const session = database.connect();
  await session.unsafe(`
    begin;
    select deploy_queue.reap_stale_deployments();
    select deploy_queue.cancel(${other});
    commit`);
  expect(
    await sql`select deployment_id, kind from deploy_queue.deployment_events
      where deployment_id in (${stale}, ${other}) and to_state = 'cancelled' order by id`,
  ).toEqual([
    { deployment_id: stale, kind: "reaped" },
    { deployment_id: other, kind: "cancelled" },
  ]);
});

test.for([
  ["a reaper", () => "select deploy_queue.reap_stale_deployments()"],
  ["a waiter that reaps", (id: number) => `select deploy_queue.try_start(${id})`],
] as const)("%s locks no other cells than those of the dead, however the rows are read", async ([, reaping]) => {
  const line = newLine(database);
  const dead = await line.add("running", { heartbeat: true });
  const next = await line.add("queued");
  for (const state of ["running", "queued", "finished"] as const) await newLine(database).add(state);
  await database.advance("16 minutes");
  const session = await openSession(database);
  await session.begin();
  await session.sql.unsafe("set local enable_indexscan = off; set local enable_bitmapscan = off");
  await session.sql.unsafe(reaping(next));
  const locked = await sql<{ cell_id: number }[]>`
    select objid::integer as cell_id from pg_locks where locktype = 'advisory' and classid = 25713 and pid = ${session.pid}`;
  await session.commit();
  expect(locked).toEqual([{ cell_id: (await queue.deployment(dead)).cell_id }]);
});

test("several reapers at once reap each once", async () => {
  const ids: number[] = [];
  for (let count = 0; count < 20; count++) ids.push(await newLine(database).add("running", { heartbeat: true }));
  await database.advance("16 minutes");
  const reaped = await Promise.all([...Array(6).keys()].map(() => reap()));
  expect(
    reaped
      .flat()
      .map(({ id }) => id)
      .sort((one, other) => one - other),
  ).toEqual(ids);
  expect(
    await sql`select from deploy_queue.deployment_events
      where kind = 'reaped' and deployment_id in ${sql(ids)}`,
  ).toHaveLength(ids.length);
});
