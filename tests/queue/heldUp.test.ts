import { beforeAll, describe, expect, test, vi } from "vitest";
import { HeldUpError } from "../../src/queue/errors.js";
import type { JourneyEvent } from "../../src/queue/events.js";
import { keepAlive } from "../../src/queue/keeping.js";
import { outlastOutages } from "../../src/queue/outage.js";
import { waitForStart } from "../../src/queue/waiting.js";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";
import { openSession, type Session } from "../support/session.js";
import { until } from "../support/until.js";

const database = useDatabase();
const { sql, queue } = database;
const impatient = ["_lock_cell_in_time", "enqueue", "try_start", "finish", "cancel", "heartbeat"];

beforeAll(async () => {
  for (const name of impatient) await sql.unsafe(`alter function deploy_queue.${name} set lock_timeout = '50ms'`);
});

/** A transaction that stays open and has locked the cell of a deployment. */
async function lockCellOf(id: number): Promise<Session> {
  const forgotten = await openSession(database);
  await forgotten.begin();
  await forgotten.sql`
    select pg_advisory_xact_lock(25713, cells.id)
    from deploy_queue.cells
    join deploy_queue.deployments using (environment, cloud_provider, region, cell_index)
    where deployments.id = ${id}`;
  return forgotten;
}

/** A transaction that stays open and has locked the row of a deployment. */
async function lockRowOf(id: number): Promise<Session> {
  const forgotten = await openSession(database);
  await forgotten.begin();
  await forgotten.sql`select from deploy_queue.deployments where id = ${id} for update`;
  return forgotten;
}

function waiter(id: number) {
  const own = database.openQueue();
  const [tryStart, heartbeat] = [vi.spyOn(own, "tryStart"), vi.spyOn(own, "heartbeat")];
  const events: JourneyEvent[] = [];
  // An outage would end it at once.
  const onEvent = (event: JourneyEvent): void => void events.push(event);
  const start = waitForStart(own, id, { heartbeat: false, outageTimeout: 0, onEvent });
  return { tryStart, heartbeat, events, start };
}

describe("a waiter that is held up by a transaction that stays open", () => {
  test("says so once, keeps its place by heartbeats, and starts when the lock is gone", async () => {
    const line = newLine(database);
    const id = await line.add("queued", { heartbeat: true });
    const forgotten = await lockCellOf(id);
    const { heartbeat, events, start } = waiter(id);
    const sent = (type: string) => heartbeat.mock.settledResults.filter((result) => result.type === type).length;
    await until("it has sent three heartbeats", () => sent("fulfilled") >= 3);
    expect(sent("rejected")).toBe(0);
    const obstacle = expect.objectContaining({
      message: expect.stringContaining(`dev-aws-${line.region}-cell-0 is locked by session ${forgotten.pid} of `),
      hint: expect.stringContaining(`deploy_queue.end_blocker(${forgotten.pid})`),
    });
    expect(events).toEqual([{ event: "outage", obstacle }]);
    await forgotten.rollback();
    expect(await start).toMatchObject({ started: true, deployment: { id, heartbeat_timestamp: null } });
    expect(events.slice(1)).toEqual([{ event: "outage-over", obstacle: expect.any(HeldUpError) }]);
  });

  test("sends no heartbeats where none were promised", async () => {
    const id = await newLine(database).add("queued");
    const forgotten = await lockCellOf(id);
    const { tryStart, heartbeat, start } = waiter(id);
    await until("it has tried four times", () => tryStart.mock.calls.length >= 4);
    expect(heartbeat).not.toHaveBeenCalled();
    await forgotten.rollback();
    expect(await start).toMatchObject({ started: true });
  });

  test("leaves an unheard start without heartbeats, as it has to be", async () => {
    const id = await newLine(database).add("queued", { heartbeat: true });
    await queue.tryStart(id);
    const forgotten = await lockRowOf(id);
    const { tryStart, heartbeat, start } = waiter(id);
    await until("it has tried three times", () => tryStart.mock.calls.length >= 3);
    expect(heartbeat).not.toHaveBeenCalled();
    await forgotten.rollback();
    expect(await start).toMatchObject({ started: true, deployment: { heartbeat_timestamp: null } });
  });
});

describe("a locked cell", () => {
  test("does not hold up the look of a deployment that has to wait", async () => {
    const line = newLine(database);
    const running = await line.add("running");
    const id = await line.add("queued", { heartbeat: true });
    const forgotten = await lockCellOf(id);
    expect(await queue.tryStart(id)).toMatchObject({ started: false, waitingOn: [{ deployment_id: running }] });
    await forgotten.rollback();
  });

  test("holds up a waiter that would reap in it: what is dead is not taken for alive", async () => {
    const line = newLine(database);
    await line.add("running", { heartbeat: true });
    await database.advance("1 day");
    const id = await line.add("queued");
    const forgotten = await lockCellOf(id);
    await expect(queue.tryStart(id)).rejects.toThrow(HeldUpError);
    await forgotten.rollback();
    expect(await queue.tryStart(id)).toMatchObject({ started: true });
  });
});

describe("what a lock holds up", () => {
  test.for([
    ["a finish, by a locked cell", "running", lockCellOf, (id: number) => queue.finish(id), /cell-0 is locked by/],
    ["a cancellation, by a locked cell", "queued", lockCellOf, (id: number) => queue.cancel(id), /cell-0 is locked by/],
    ["a finish, by a locked row", "running", lockRowOf, (id: number) => queue.finish(id), /has locked what this needs/],
    ["a heartbeat, by a locked row", "running", lockRowOf, (id: number) => queue.heartbeat(id), /has locked what this/],
  ] as const)("is tried again for as long as an outage may last, and then refused: %s", async (row) => {
    const [, state, lock, act, message] = row;
    const id = await newLine(database).add(state);
    const forgotten = await lock(id);
    const call = vi.fn((): Promise<unknown> => act(id));
    const failure = await outlastOutages(call, { outageTimeout: 500 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HeldUpError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message), hint: expect.any(String), exitCode: 4 });
    expect(call.mock.calls.length).toBeGreaterThan(1);
    await forgotten.rollback();
  });

  test("is done once the lock is gone", async () => {
    const id = await newLine(database).add("running");
    const forgotten = await lockCellOf(id);
    let told = (): void => undefined;
    const toldOf = new Promise<void>((resolve) => {
      told = resolve;
    });
    const finish = outlastOutages(() => queue.finish(id), { onEvent: () => told() });
    await toldOf;
    await forgotten.rollback();
    expect(await finish).toMatchObject({ id, finish_timestamp: expect.any(Date) });
  });

  test("does not end the heartbeats of a runner", async () => {
    const id = await newLine(database).add("running", { heartbeat: true });
    const forgotten = await lockRowOf(id);
    const events: string[] = [];
    const onEvent = ({ event }: JourneyEvent): void => void events.push(event);
    const keeper = keepAlive(database.openQueue(), id, { onEvent, tolerant: false });
    await until("it is held up", () => events.length === 1);
    await forgotten.rollback();
    await until("its heartbeat has come through", () => events.length === 2);
    await queue.finish(id);
    expect(await keeper).toMatchObject({ id });
    expect(events).toEqual(["outage", "outage-over"]);
  });
});
