import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, type Session, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

type Step = (session: Session, id: number) => PromiseLike<unknown>;
const tryStart: Step = ({ sql }, id) => sql`select * from deploy_queue.try_start(${id})`;
const finish: Step = ({ sql }, id) => sql`select deploy_queue.finish(${id})`;
const cancel: Step = ({ sql }, id) => sql`select deploy_queue.cancel(${id})`;
const heartbeat: Step = ({ sql }, id) => sql`select deploy_queue.heartbeat(${id})`;
const reap: Step = ({ sql }) => sql`select deploy_queue.reap_stale_deployments()`;
const rawStart: Step = ({ sql }, id) =>
  sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`;
const rawFinish: Step = ({ sql }, id) =>
  sql`update deploy_queue.deployments set finish_timestamp = now() where id = ${id}`;
const rawCancel: Step = ({ sql }, id) =>
  sql`update deploy_queue.deployments set cancellation_timestamp = now() where id = ${id}`;

const statusOf = async (id: number) => (await queue.deployment(id)).status;

/** The first step is done but not committed when the second begins; returns how both end. */
async function race(first: readonly [Step, number], second: readonly [Step, number]): Promise<[string, string]> {
  const early = await openSession(database);
  const late = await openSession(database);
  await early.begin();
  const one = await outcome(first[0](early, first[1]));
  const pending = outcome(second[0](late, second[1]));
  await untilBlocked(database, late, early);
  await early.commit();
  return [one, await pending];
}

describe("two that want the same cell", () => {
  test.for([
    ["try_start", tryStart],
    ["UPDATE", rawStart],
  ] as const)("by %s and UPDATE: the first gets it", async ([, start]) => {
    const line = newLine(database);
    const first = await line.add("queued");
    const second = await line.add("queued");
    expect(await race([start, first], [rawStart, second])).toEqual(["ok", "QD003"]);
    expect([await statusOf(first), await statusOf(second)]).toEqual(["running", "queued"]);
  });

  test.for([
    ["try_start", tryStart],
    ["UPDATE", rawStart],
  ] as const)("by %s and try_start: the second is told at once whom it waits for", async ([, start]) => {
    const line = newLine(database);
    const first = await line.add("queued");
    const second = await line.add("queued");
    const early = await openSession(database);
    await early.begin();
    await start(early, first);
    expect(await queue.tryStart(second)).toMatchObject({ started: false, waitingOn: [{ deployment_id: first }] });
    await early.commit();
    expect([await statusOf(first), await statusOf(second)]).toEqual(["running", "queued"]);
  });

  test("a whole line that tries at once lets in its first only", async () => {
    const line = newLine(database);
    const ids: number[] = [];
    for (let count = 0; count < 10; count++) ids.push(await line.add("queued"));
    const attempts = await Promise.all(
      ids.map((id) => sql<{ started: boolean }[]>`select started from deploy_queue.try_start(${id})`),
    );
    expect(attempts.map(([attempt]) => attempt?.started)).toEqual(ids.map((_, place) => place === 0));
  });
});

describe("an end and the next start", () => {
  const ends = [
    ["finish", finish],
    ["cancel", cancel],
    ["UPDATE of finish_timestamp", rawFinish],
    ["UPDATE of cancellation_timestamp", rawCancel],
  ] as const;

  test.for(ends)("a look during %s does not wait for it, and is woken when it is over", async ([, end]) => {
    const line = newLine(database);
    const runner = await line.add("running");
    const next = await line.add("queued");
    const ear = await listen(database, [next]);
    const early = await openSession(database);
    await early.begin();
    await end(early, runner);
    expect((await queue.tryStart(next)).started).toBe(false);
    expect(await ear.woken()).toEqual([]);
    await early.commit();
    expect(await ear.woken()).toEqual([next]);
    expect((await queue.tryStart(next)).started).toBe(true);
  });

  test.for(ends)("%s during a look does not wait for it, and wakes the waiter that looked", async ([, end]) => {
    const line = newLine(database);
    const runner = await line.add("running");
    const next = await line.add("queued", { heartbeat: true });
    const ear = await listen(database, [next]);
    const early = await openSession(database);
    const late = await openSession(database);
    await early.begin();
    await tryStart(early, next);
    await end(late, runner);
    expect(await ear.woken()).toEqual([next]);
    await early.commit();
    expect((await queue.tryStart(next)).started).toBe(true);
  });
});

describe("two that change the same deployment", () => {
  const steps = { try_start: tryStart, finish, cancel, heartbeat, rawStart, rawFinish, rawCancel };
  test.for([
    ["queued", "cancel", "try_start", "QD005", "cancelled"],
    ["queued", "try_start", "cancel", "ok", "cancelled"],
    ["queued", "try_start", "try_start", "ok", "running"],
    ["queued", "try_start", "finish", "ok", "finished"],
    ["running", "cancel", "finish", "QD005", "cancelled"],
    ["running", "finish", "cancel", "QD006", "finished"],
    ["running", "finish", "finish", "ok", "finished"],
    ["running", "cancel", "cancel", "ok", "cancelled"],
    ["running", "rawFinish", "finish", "ok", "finished"],
    ["running", "finish", "rawFinish", "QD006", "finished"],
    ["running", "rawCancel", "cancel", "ok", "cancelled"],
    ["running", "cancel", "rawCancel", "QD005", "cancelled"],
    ["queued", "rawStart", "try_start", "ok", "running"],
    ["queued", "try_start", "rawStart", "QD007", "running"],
    ["running", "finish", "heartbeat", "ok", "finished"],
    ["running", "heartbeat", "finish", "ok", "finished"],
  ] as const)("%s: after %s, %s ends with %s and leaves it %s", async ([state, one, other, end, status]) => {
    const id = await newLine(database).add(state);
    expect(await race([steps[one], id], [steps[other], id])).toEqual(["ok", end]);
    expect(await statusOf(id)).toBe(status);
    const events = await sql<
      { kind: string }[]
    >`select kind from deploy_queue.deployment_events where deployment_id = ${id}`;
    expect(new Set(events.map(({ kind }) => kind)).size).toBe(events.length);
  });
});

describe("a heartbeat and a reaper", () => {
  test("a reaper passes by a deployment that is sending a heartbeat", async () => {
    const id = await newLine(database).add("running", { heartbeat: true });
    await database.advance("16 minutes");
    const keeper = await openSession(database);
    await keeper.begin();
    await heartbeat(keeper, id);
    const reaper = await openSession(database);
    expect(await outcome(reap(reaper, id))).toBe("ok");
    await keeper.commit();
    expect(await statusOf(id)).toBe("running");
  });

  test("a heartbeat that comes too late finds the deployment cancelled", async () => {
    const id = await newLine(database).add("running", { heartbeat: true });
    await database.advance("16 minutes");
    expect(await race([reap, id], [heartbeat, id])).toEqual(["ok", "ok"]);
    expect(await statusOf(id)).toBe("cancelled");
  });

  test("a waiter that reaps and a worker that reaps do not wait for each other's rows", async () => {
    const line = newLine(database);
    const dead = await line.add("running", { heartbeat: true });
    const waiter = await line.add("queued");
    await database.advance("16 minutes");
    const one = await openSession(database);
    const other = await openSession(database);
    await one.begin();
    await tryStart(one, waiter);
    expect(await outcome(reap(other, dead))).toBe("ok");
    await one.commit();
    expect([await statusOf(dead), await statusOf(waiter)]).toEqual(["cancelled", "running"]);
  });
});

describe("one idempotency key", () => {
  const enter = ({ sql }: Session, region: string) => sql<{ id: number }[]>`
    select id from deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'api', idempotency_key => 'key')`;

  test("that two enter with at once gives both the same deployment", async () => {
    const { region } = newLine(database);
    const early = await openSession(database);
    const late = await openSession(database);
    await early.begin();
    const first = await enter(early, region);
    const pending = enter(late, region);
    const settled = outcome(pending);
    await untilBlocked(database, late, early);
    await early.commit();
    expect(await settled).toBe("ok");
    expect([...(await pending)]).toEqual([...first]);
  });
});
