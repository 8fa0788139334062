import { describe, expect, test } from "vitest";
import { type TestSql, useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine, type State, withKey } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

/** Deployments of one cell in their order, each "state key"; places in the line count from 0. */
interface Scenario {
  readonly what: string;
  readonly environment?: string;
  readonly line: readonly string[];
  readonly cancel?: number;
  readonly finish?: number;
  readonly woken: readonly number[];
}

const scenarios: Scenario[] = [
  {
    what: "a finish without buffer wakes the first",
    line: ["running -", "queued -", "queued -"],
    finish: 0,
    woken: [1],
  },
  {
    what: "a finish with a buffer wakes the first",
    environment: "prod",
    line: ["running -", "queued -", "queued -"],
    finish: 0,
    woken: [1],
  },
  {
    what: "cancelling the runner wakes the first",
    environment: "prod",
    line: ["running -", "queued -", "queued -"],
    cancel: 0,
    woken: [1],
  },
  { what: "cancelling the first wakes the next", line: ["queued -", "queued -", "queued -"], cancel: 0, woken: [1] },
  {
    what: "cancelling the first behind a runner wakes no waiter",
    line: ["running -", "queued -", "queued -"],
    cancel: 1,
    woken: [],
  },
  {
    what: "cancelling the first behind a buffer tells the next",
    environment: "prod",
    line: ["finished -", "queued -", "queued -"],
    cancel: 1,
    woken: [2],
  },
  {
    what: "cancelling one in the middle wakes no waiter",
    line: ["queued -", "queued -", "queued -"],
    cancel: 1,
    woken: [],
  },
  { what: "cancelling the last wakes no waiter", line: ["running -", "queued -", "queued -"], cancel: 2, woken: [] },
  {
    what: "a finish wakes all heads with a common key",
    line: ["running -", "queued x", "queued x", "queued -", "queued x"],
    finish: 0,
    woken: [1, 2],
  },
  {
    what: "cancelling one in the middle joins the sharers before and behind",
    line: ["queued x", "queued -", "queued x", "queued x"],
    cancel: 1,
    woken: [2, 3],
  },
  {
    what: "cancelling one in the middle behind a runner wakes no waiter",
    line: ["running y", "queued x", "queued -", "queued x"],
    cancel: 2,
    woken: [],
  },
  {
    what: "a head that shares the key of the runner is not woken",
    line: ["running x", "queued x", "queued -"],
    finish: 0,
    woken: [],
  },
  {
    what: "heads are woken by a runner with another key",
    line: ["running y", "queued x", "queued x"],
    finish: 0,
    woken: [1, 2],
  },
  {
    what: "one of two runners with a common key wakes no waiter",
    line: ["running x", "running x", "queued -"],
    finish: 0,
    woken: [],
  },
  {
    what: "the last of two runners with a common key wakes the first",
    line: ["finished x", "running x", "queued -"],
    finish: 1,
    woken: [2],
  },
  {
    what: "the last of two runners wakes the first, even when its end leaves an older buffer",
    environment: "prod",
    line: ["finished x", "running x", "queued -"],
    cancel: 1,
    woken: [2],
  },
  {
    what: "cancelling a queued sharer of the head wakes no waiter",
    line: ["queued x", "queued x", "queued x"],
    cancel: 0,
    woken: [],
  },
  { what: "a finish wakes no waiter when there is none", line: ["running -"], finish: 0, woken: [] },
];

describe("the end of a deployment", () => {
  test.for(scenarios)("$what", async ({ environment, line: members, cancel, finish, woken }) => {
    const line = newLine(database, environment);
    const elsewhere = [await newLine(database, environment).add("queued")];
    const ids: number[] = [];
    for (const member of members) {
      const [state, key] = member.split(" ") as [State, string];
      ids.push(await line.add(state, withKey(key)));
    }
    const ear = await listen(database, [...ids, ...elsewhere]);
    if (cancel !== undefined) await queue.cancel(ids[cancel] ?? 0);
    if (finish !== undefined) await queue.finish(ids[finish] ?? 0);
    const ended = cancel === undefined ? [] : [`${ids[cancel]} ended`];
    const expected = [...woken.map((place) => `${ids[place]}`), ...ended];
    expect((await ear.heard()).sort()).toEqual(expected.sort());
  });

  test("by reaping wakes the first", async () => {
    const line = newLine(database);
    const dead = await line.add("running", { heartbeat: true });
    const first = await line.add("queued");
    const ear = await listen(database, [dead, first]);
    await database.advance("16 minutes");
    await sql`select deploy_queue.reap_stale_deployments()`;
    expect(await ear.heard()).toEqual([`${dead} ended`, `${first}`]);
  });

  test("by a plain UPDATE wakes the first", async () => {
    const line = newLine(database);
    const runner = await line.add("running");
    const first = await line.add("queued");
    const ear = await listen(database, [runner, first]);
    await sql`update deploy_queue.deployments set finish_timestamp = now() where id = ${runner}`;
    expect(await ear.heard()).toEqual([`${first}`]);
  });

  test("tells the keeper, and of a finish no other process", async () => {
    const line = newLine(database);
    const kept = await line.add("running", { heartbeat: true, concurrencyKey: "x" });
    const startedByAnother = await line.add("queued", { heartbeat: true, concurrencyKey: "x" });
    await queue.tryStart(startedByAnother);
    const left = await line.add("running", { concurrencyKey: "x" });
    const ear = await listen(database, [kept, startedByAnother, left]);
    for (const id of [kept, startedByAnother, left]) await queue.finish(id);
    expect(await ear.heard()).toEqual([`${kept} ended`, `${startedByAnother} ended`]);
  });

  test("wakes no waiter before the commit, and none at all by a rollback", async () => {
    const line = newLine(database);
    const runner = await line.add("running");
    const first = await line.add("queued");
    const ear = await listen(database, [runner, first]);
    const session = await openSession(database);
    await session.begin();
    await session.sql`select deploy_queue.finish(${runner})`;
    expect(await ear.heard()).toEqual([]);
    await session.rollback();
    expect(await ear.heard()).toEqual([]);
  });
});

test("entering the line, starting and heartbeats wake no waiter", async () => {
  const line = newLine(database);
  const ids = [await line.add("queued"), await line.add("queued")] as const;
  const ear = await listen(database, ids);
  await line.add("queued");
  await queue.tryStart(ids[0], { heartbeat: true });
  await queue.tryStart(ids[1]);
  await queue.heartbeat(ids[0]);
  expect(await ear.heard()).toEqual([]);
});

describe("in cells with three slots", () => {
  const end = {
    "a plain UPDATE": "finish_timestamp = now()",
    "a plain cancellation": "cancellation_timestamp = now()",
  };

  test.for([
    ["a plain UPDATE", 2],
    ["a plain UPDATE", 3],
    ["a plain cancellation", 3],
  ] as const)("%s that ends %d in each of two cells wakes as many of each, once", async ([how, count]) => {
    const { environment, lines } = await linesOfThreeSlots();
    const ending = lines.flatMap(({ running }) => running.slice(0, count));
    const ear = await listen(database, [...lines.flatMap(({ queued }) => queued)]);
    await sql.unsafe(`update deploy_queue.deployments set ${end[how]} where id in (${ending})`);
    const woken = lines.flatMap(({ queued }) => queued.slice(0, count)).map(String);
    expect((await ear.heard()).sort()).toEqual(woken.sort());
    expect(
      await sql`
      select count(*)::integer as events from deploy_queue.deployment_events as event
      join deploy_queue.deployments on deployments.id = event.deployment_id
      where event.kind = 'woken' and deployments.environment = ${environment}`,
    ).toEqual([{ events: woken.length }]);
  });

  test("statements of one transaction wake as many as they end", async () => {
    const { lines } = await linesOfThreeSlots();
    const { running, queued } = lines[0];
    const ear = await listen(database, queued);
    await sql.begin(async (transaction) => {
      for (const id of running.slice(0, 2)) await transaction`select from deploy_queue.finish(${id})`;
    });
    expect((await ear.heard()).sort()).toEqual(queued.slice(0, 2).map(String).sort());
  });

  test("what had ended before keeps no waiter asleep when the statement writes it again", async () => {
    const { lines } = await linesOfThreeSlots();
    const [{ running, queued }] = lines;
    await queue.finish(running[2] ?? 0);
    await queue.tryStart(queued[0] ?? 0);
    const ear = await listen(database, queued);
    await sql`
      update deploy_queue.deployments set finish_timestamp = coalesce(finish_timestamp, now()) where id in ${sql(running)}`;
    expect((await ear.heard()).sort()).toEqual(queued.slice(1, 3).map(String).sort());
  });

  /** Two cells of one environment; in each three run and five wait. */
  async function linesOfThreeSlots() {
    const environment = `slots-${crypto.randomUUID().slice(0, 8)}`;
    await sql`select from deploy_queue.set_environment(${environment}, buffer_time => '0', slots => 3)`;
    const fill = async () => {
      const line = newLine(database, environment);
      const running = [await line.add("running"), await line.add("running"), await line.add("running")];
      const queued: number[] = [];
      while (queued.length < 5) queued.push(await line.add("queued"));
      return { running, queued };
    };
    return { environment, lines: [await fill(), await fill()] as const };
  }
});

test("a bulk cancel wakes the one that remains once", async () => {
  const line = newLine(database);
  const bad = { component: "web", version: "v2" };
  const gone = [await line.add("running", bad), await line.add("queued", bad), await line.add("queued", bad)];
  const left = await line.add("queued");
  const ear = await listen(database, [...gone, left]);
  await sql`select deploy_queue.cancel_version('web', 'v2')`;
  expect(await ear.heard()).toEqual([...gone.map((id) => `${id} ended`), `${left}`]);
});

test("two ends that commit side by side do not lose the wake-up", async () => {
  const finish = (by: TestSql, id: number) => by`select deploy_queue.finish(${id})`;
  const line = newLine(database);
  const one = await line.add("running", { concurrencyKey: "x" });
  const other = await line.add("running", { concurrencyKey: "x" });
  const waiter = await line.add("queued");
  const ear = await listen(database, [waiter]);
  const early = await openSession(database);
  const late = await openSession(database);
  await early.begin();
  await finish(early.sql, one);
  const pending = outcome(finish(late.sql, other));
  await untilBlocked(database, late, early);
  await early.commit();
  expect(await pending).toBe("ok");
  expect(await ear.heard()).toEqual([`${waiter}`]);
});
