import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { StartAttempt } from "../../src/queue/forecast.js";
import type { Queue } from "../../src/queue/queue.js";
import { waitForStart } from "../../src/queue/waiting.js";
import { useDatabase } from "../support/database.js";
import { type Line, newLine } from "../support/line.js";
import { until } from "../support/until.js";

const database = useDatabase();
const { queue } = database;

beforeAll(async () => {
  await queue.environments.set("buffered", { bufferTime: 0.5 });
});

interface Waiter {
  readonly id: number;
  readonly queue: Queue;
  /** How often it has asked for its turn since it fell asleep. */
  looks(): number;
  /** What it was told last. */
  attempt(): StartAttempt | undefined;
  readonly start: Promise<StartAttempt | undefined>;
}

/** Enters the line and falls asleep, with a connection of its own unless told otherwise. */
async function fallAsleep(line: Line, own = database.openQueue()): Promise<Waiter> {
  const id = await line.add("queued", { heartbeat: true });
  const tryStart = vi.spyOn(own, "tryStart");
  const attempts: StartAttempt[] = [];
  const leave = new AbortController();
  onTestFinished(() => leave.abort());
  const onLook = (attempt: StartAttempt): void => void attempts.push(attempt);
  const start = waitForStart(own, id, { heartbeat: false, onLook, signal: leave.signal });
  // The second look is the one after it has found out that notifications arrive.
  await until("it has looked twice", () => attempts.length === 2);
  return {
    id,
    queue: own,
    looks: () => tryStart.mock.calls.filter(([asked]) => asked === id).length - 2,
    attempt: () => attempts.at(-1),
    start,
  };
}

async function fallAsleepInOrder(line: Line, count: number, shared?: Queue): Promise<Waiter[]> {
  const waiters: Waiter[] = [];
  while (waiters.length < count) waiters.push(await fallAsleep(line, shared));
  return waiters;
}

function looks(waiters: readonly Waiter[]): number[] {
  return waiters.map((waiter) => waiter.looks());
}

describe("a hand-off", () => {
  test.for([
    ["dev", 1, "connections of their own"],
    ["buffered", 2, "connections of their own"],
    ["dev", 1, "one connection"],
    ["buffered", 2, "one connection"],
  ] as const)(
    "in %s wakes the next one %i times, however many wait on %s",
    async ([environment, wakeUps, connections]) => {
      const line = newLine(database, environment);
      let running = await line.add("running");
      const shared = connections === "one connection" ? database.openQueue() : undefined;
      const waiters = await fallAsleepInOrder(line, 4, shared);
      for (const [place, waiter] of waiters.entries()) {
        await queue.finish(running);
        expect(await waiter.start).toMatchObject({ started: true, deployment: { id: waiter.id } });
        expect(looks(waiters)).toEqual(waiters.map((_, other) => (other <= place ? wakeUps : 0)));
        running = waiter.id;
      }
    },
  );

  test("wakes all that may start together, once each, and no waiter behind them", async () => {
    const line = newLine(database);
    const running = await line.add("running");
    const keyed = { ...line, add: (state: "queued") => line.add(state, { concurrencyKey: "x", heartbeat: true }) };
    const together = await fallAsleepInOrder(keyed, 3);
    const behind = await fallAsleep(line);
    await queue.finish(running);
    await Promise.all(together.map(({ start }) => start));
    for (const { id } of together) {
      expect(looks([...together, behind])).toEqual([1, 1, 1, 0]);
      await queue.finish(id);
    }
    expect(await behind.start).toMatchObject({ started: true });
    expect(looks([...together, behind])).toEqual([1, 1, 1, 1]);
  });

  test("by cancellation wakes once too", async () => {
    const line = newLine(database, "buffered");
    const running = await line.add("running");
    const waiters = await fallAsleepInOrder(line, 3);
    await queue.cancel(running);
    await waiters[0]?.start;
    expect(looks(waiters)).toEqual([1, 0, 0]);
  });
});

describe("a waiter that is not next", () => {
  test("sleeps on when one ahead of it leaves the line, and when others enter", async () => {
    const line = newLine(database);
    const running = await line.add("running");
    const leaving = await line.add("queued");
    const [first, second] = await fallAsleepInOrder(line, 2);
    if (first === undefined || second === undefined) throw new Error("there is no waiter");
    const before = await queue.deployment(second.id);
    await queue.cancel(leaving);
    await line.add("queued");
    await queue.finish(running);
    await first.start;
    expect(looks([first, second])).toEqual([1, 0]);
    expect((await queue.deployment(second.id)).heartbeat_timestamp).toEqual(before.heartbeat_timestamp);
  });

  test("is told at once that it was cancelled", async () => {
    const line = newLine(database);
    await line.add("running");
    const [first, second] = await fallAsleepInOrder(line, 2);
    const ended = expect(second?.start).rejects.toThrow(/was cancelled/);
    await queue.cancel(second?.id ?? 0, "pulled back");
    await ended;
    expect(first?.looks()).toBe(0);
  });
});

describe("an idle waiter", () => {
  test("sends two statements a minute: a look each half minute, which is one statement, and nothing else", async () => {
    const line = newLine(database);
    await line.add("running");
    const timers = spyOnTimers();
    const waiter = await fallAsleep(line);
    expect(waiter.attempt()?.lookAgainIn).toBe(30);
    await until("it has no timer but that of its next look", () => timers.pending().join() === "30000");

    const statements = vi.spyOn(waiter.queue.database, "query");
    const channel = `deploy_queue_deployment_${waiter.id}`;
    await queue.database.query((sql) => sql`select pg_notify(${channel}, '')`);
    await until("it has looked once more", () => waiter.looks() === 1);
    await until("it sleeps again", () => timers.pending().join() === "30000");
    expect(statements).toHaveBeenCalledTimes(1);
  });

  test("holds one connection", async () => {
    const line = newLine(database);
    await line.add("running");
    const waiter = await fallAsleep(line);
    const pid = await backend(waiter.queue);
    // A second one was there for a moment, to find out whether notifications arrive.
    await until("it has no other", async () => {
      const others = await database.sql`
        select from pg_stat_activity
        where datname = current_database() and pid <> ${pid} and query like '%pg_notify%' and application_name = 'tests'`;
      return others.length === 0;
    });
  });
});

/**
 * The milliseconds of all timers that were set from now on and not cleared; ours are cleared after they rang, too. The
 * driver connects in one of no milliseconds, which it leaves.
 */
function spyOnTimers(): { pending(): number[] } {
  const set = vi.spyOn(globalThis, "setTimeout");
  const clear = vi.spyOn(globalThis, "clearTimeout");
  onTestFinished(() => {
    set.mockRestore();
    clear.mockRestore();
  });
  return {
    pending: () =>
      set.mock.calls.flatMap(([, delay = 0], call) =>
        delay === 0 || clear.mock.calls.some(([timer]) => timer === set.mock.results[call]?.value) ? [] : [delay],
      ),
  };
}

async function backend({ database: own }: Queue): Promise<number> {
  const [row] = await own.query<{ pid: number }>((sql) => sql`select pg_backend_pid() as pid`);
  return row?.pid ?? 0;
}
