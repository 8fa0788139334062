import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

async function rowOf(id: number) {
  const [row] = await sql<
    { start_timestamp: Date | null; heartbeat_timestamp: Date | null; alive_until: Date | null }[]
  >`
    select * from deploy_queue.deployments where id = ${id}`;
  return row;
}

test("the first of the line starts", async () => {
  const line = newLine(database);
  const id = await line.add("queued");
  expect(await queue.tryStart(id)).toMatchObject({
    started: true,
    waitingOn: [],
    deployment: { id, start_timestamp: expect.any(Date), heartbeat_timestamp: null },
  });
});

test("one that has to wait stays as it is and learns its blockers", async () => {
  const line = newLine(database);
  const runner = await line.add("running", { component: "web", version: "v2" });
  const id = await line.add("queued");
  const before = await rowOf(id);
  const [attempt] = await sql`select started, waiting_on from deploy_queue.try_start(${id})`;
  expect(attempt).toEqual({
    started: false,
    waiting_on: [
      {
        kind: "running",
        text: `deployment ${runner} (web@v2) is running`,
        until: null,
        deployment_id: runner,
        cures: null,
      },
    ],
  });
  expect(await rowOf(id)).toEqual(before);
});

test("a running deployment is answered with started, and does not change", async () => {
  const line = newLine(database);
  const id = await line.add("running");
  const before = await rowOf(id);
  const again = await queue.tryStart(id, { heartbeat: true });
  expect(again).toMatchObject({ started: true, waitingOn: [], lookAgainIn: 30 });
  expect(await rowOf(id)).toEqual(before);
  expect(await sql`select from deploy_queue.deployment_events where deployment_id = ${id}`).toHaveLength(2);
});

test.for([
  ["the same keeper", "first", "15 minutes"],
  ["one that gives no keeper", null, "15 minutes"],
  ["one that starts for another process", "first", "20 seconds"],
] as const)("%s that asks again with heartbeats renews the lease", async ([, keeper, within]) => {
  const line = newLine(database);
  const id = await line.add("queued");
  const start = (by: string | null) => sql<{ lease: boolean }[]>`
    select (deployment).alive_until - deploy_queue._now() between ${within}::interval - interval '1 second' and ${within}::interval as lease
    from deploy_queue.try_start(${id}, heartbeat => true, keeper => ${by},
      first_beat_within => ${within === "20 seconds" ? within : null}::interval)`;
  expect(await start("first")).toEqual([{ lease: true }]);
  await database.advance("19 seconds");
  expect(await start(keeper)).toEqual([{ lease: true }]);
  await expect(start("another")).rejects.toMatchObject({ code: "QD034" });
});

test("asking again shortens no lease", async () => {
  const line = newLine(database);
  const id = await line.add("running", { heartbeat: true });
  const before = await rowOf(id);
  await sql`select deploy_queue.try_start(${id}, heartbeat => true, first_beat_within => '20 seconds')`;
  expect(await rowOf(id)).toMatchObject({ alive_until: before?.alive_until });
});

test.for([
  ["finished", "QD006", /^deployment \d+ \(api\) finished at 20/],
  ["cancelled", "QD005", /^deployment \d+ \(api\) was cancelled at 20\S+ \S+ by \w+$/],
] as const)("a %s deployment is refused with %s", async ([state, code, message]) => {
  const id = await newLine(database).add(state);
  await expect(sql`select deploy_queue.try_start(${id})`).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringContaining("never changes again"),
  });
});

test("the refusal of a cancelled deployment says why it was cancelled", async () => {
  const id = await newLine(database).add("queued");
  await queue.cancel(id, "wrong version");
  await expect(sql`select deploy_queue.try_start(${id})`).rejects.toThrow(/: wrong version$/);
});

test("an unknown deployment is refused with QD001", async () => {
  await expect(sql`select deploy_queue.try_start(987654)`).rejects.toMatchObject({ code: "QD001" });
});

describe("when to look again", () => {
  test("is the heartbeat interval while the end of the wait is open", async () => {
    await queue.environments.set("brisk", { bufferTime: 5, heartbeatTimeout: 30 });
    const line = newLine(database, "brisk");
    await line.add("finished", { concurrencyKey: "x" });
    await line.add("running", { concurrencyKey: "x" });
    const id = await line.add("queued");
    expect((await queue.tryStart(id)).waitingOn).toHaveLength(2);
    expect((await queue.tryStart(id)).lookAgainIn).toBe(10);
  });

  test("is the end of the buffer when that comes earlier", async () => {
    await queue.environments.set("short", { bufferTime: 20 });
    const line = newLine(database, "short");
    await line.add("finished");
    const id = await line.add("queued");
    const { lookAgainIn } = await queue.tryStart(id);
    expect(lookAgainIn).toBeGreaterThan(0);
    expect(lookAgainIn).toBeLessThanOrEqual(20);
  });

  test.for([
    ["the maximum duration of the holder is over", { maxDuration: 20 }],
    ["the lease of the holder ends", { heartbeat: true }],
  ] as const)("is when %s, for the first in line", async ([, holder]) => {
    await queue.environments.set("watchful", { heartbeatTimeout: 90 });
    const line = newLine(database, "watchful");
    const running = await line.add("running", holder);
    await sql`update deploy_queue.deployments set alive_until = alive_until - interval '1 minute' where id = ${running}`;
    const first = await line.add("queued");
    const second = await line.add("queued");

    const { lookAgainIn } = await queue.tryStart(first);

    expect(lookAgainIn).toBeGreaterThan(0);
    expect(lookAgainIn).toBeLessThan(30);
    expect((await queue.tryStart(second)).lookAgainIn).toBe(30);
  });

  test("is the heartbeat interval when the buffer ends later", async () => {
    const line = newLine(database, "prod");
    await line.add("finished");
    expect((await queue.tryStart(await line.add("queued"))).lookAgainIn).toBe(30);
  });
});

describe("heartbeats", () => {
  test("end with the start", async () => {
    const id = await newLine(database).add("queued", { heartbeat: true });
    expect((await rowOf(id))?.heartbeat_timestamp).not.toBeNull();
    expect((await queue.tryStart(id)).deployment.heartbeat_timestamp).toBeNull();
  });

  test.for([true, false])("go on when the caller promises them (waited with them: %s)", async (heartbeat) => {
    const id = await newLine(database).add("queued", { heartbeat });
    const { deployment } = await queue.tryStart(id, { heartbeat: true });
    expect(Number(deployment.start_timestamp) - Number(deployment.heartbeat_timestamp)).toBeLessThan(1_000);
  });

  test("are renewed by asking for the turn", async () => {
    const line = newLine(database);
    await line.add("running");
    const id = await line.add("queued", { heartbeat: true });
    const before = await rowOf(id);
    await database.advance("5 minutes");
    const { deployment } = await queue.tryStart(id);
    expect(Number(deployment.heartbeat_timestamp)).toBeGreaterThanOrEqual(
      Number(before?.heartbeat_timestamp) + 300_000,
    );
  });

  test("do not begin by asking for the turn, even with a promise for later", async () => {
    const line = newLine(database);
    await line.add("running");
    const id = await line.add("queued");
    expect((await queue.tryStart(id, { heartbeat: true })).deployment.heartbeat_timestamp).toBeNull();
  });
});

describe("blockers whose heartbeats stopped", () => {
  test("are reaped on the way, and the deployment starts", async () => {
    const line = newLine(database);
    const runner = await line.add("running", { heartbeat: true });
    const waiter = await line.add("queued", { heartbeat: true });
    const id = await line.add("queued");
    await database.advance("16 minutes");
    expect((await queue.tryStart(id)).started).toBe(true);
    expect(
      await sql`
        select deployment_id, from_state from deploy_queue.deployment_events
        where kind = 'reaped' and deployment_id in (${runner}, ${waiter})
        order by deployment_id`,
    ).toEqual([
      { deployment_id: runner, from_state: "running" },
      { deployment_id: waiter, from_state: "queued" },
    ]);
  });

  test("are reaped while others still block", async () => {
    const line = newLine(database);
    const alive = await line.add("running");
    const dead = await line.add("queued", { heartbeat: true });
    const id = await line.add("queued");
    await database.advance("16 minutes");
    expect((await queue.tryStart(id)).waitingOn).toMatchObject([{ kind: "running", deployment_id: alive }]);
    expect((await queue.deployment(dead)).status).toBe("cancelled");
  });

  test("are reaped by another session meanwhile, and the deployment starts", async () => {
    const line = newLine(database);
    await line.add("running", { heartbeat: true });
    const id = await line.add("queued");
    const behind = await line.add("queued");
    await database.advance("16 minutes");
    const [reaper, waiter] = [await openSession(database), await openSession(database)];
    await reaper.begin();
    await reaper.sql`select deploy_queue.try_start(${behind})`;
    const attempt = waiter.sql<{ started: boolean }[]>`select started from deploy_queue.try_start(${id})`.execute();
    await untilBlocked(database, waiter, reaper);
    await reaper.commit();
    expect(await attempt).toEqual([{ started: true }]);
    expect((await queue.history.of(id)).map(({ kind }) => kind)).toEqual(["enqueued", "woken", "started"]);
  });

  test("send a sign of life meanwhile, and block", async () => {
    const line = newLine(database);
    const slow = await line.add("running", { heartbeat: true });
    const id = await line.add("queued");
    await database.advance("16 minutes");
    const [other, waiter] = [await openSession(database), await openSession(database)];
    await other.begin();
    await other.sql`select deploy_queue.enqueue('dev', 'aws', ${line.region}, 0, 'api')`;
    const attempt = waiter.sql<{ waiting_on: object[] }[]>`
      select waiting_on from deploy_queue.try_start(${id})`.execute();
    await untilBlocked(database, waiter, other);
    await queue.heartbeat(slow);
    await other.commit();
    expect(await attempt).toMatchObject([{ waiting_on: [{ kind: "running", deployment_id: slow }] }]);
    expect((await queue.deployment(slow)).status).toBe("running");
  });

  test("are left alone when they do not block", async () => {
    const line = newLine(database);
    const sharer = await line.add("running", { concurrencyKey: "x", heartbeat: true });
    const id = await line.add("queued", { concurrencyKey: "x" });
    const behind = await line.add("queued", { heartbeat: true });
    await database.advance("16 minutes");
    expect((await queue.tryStart(id)).started).toBe(true);
    expect((await queue.deployment(sharer)).status).toBe("running");
    expect((await queue.deployment(behind)).status).toBe("queued");
  });

  test("do not include the one that asks", async () => {
    const id = await newLine(database).add("queued", { heartbeat: true });
    await database.advance("16 minutes");
    expect((await queue.tryStart(id)).started).toBe(true);
  });
});
