// A server that takes no writes for a while (a full disk, a missing synchronous standby), as the database sees it: nothing is written.
import { beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { type Line, newLine } from "../../support/line.js";
import { openSession, outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const statusOf = async (id: number) => (await queue.deployment(id)).status;
const statusesOf = (ids: readonly number[]) => Promise.all(ids.map(statusOf));
const reap = () => sql`select deploy_queue.reap_stale_deployments()`;

/** A holder and the one that waits for it, both with a lease of 15 minutes. */
async function keptLine(): Promise<{ line: Line; holder: number; waiter: number }> {
  const line = newLine(database);
  const holder = await line.add("running", { heartbeat: true });
  const waiter = await line.add("queued", { heartbeat: true });
  await queue.heartbeat(holder);
  return { line, holder, waiter };
}

beforeEach(async () => {
  await database.advance("1 day");
  await reap();
});

describe("after a time without writes that was longer than the leases", () => {
  test.for([
    ["a reaping", reap],
    ["a heartbeat of another deployment", () => database.enqueue().then(({ id }) => queue.heartbeat(id))],
    ["a look without heartbeats", (line: Line) => line.add("queued").then((id) => queue.tryStart(id))],
    [
      "a look with heartbeats",
      (line: Line) => line.add("queued", { heartbeat: true }).then((id) => queue.tryStart(id)),
    ],
  ] as const)(
    "%s that comes first keeps the evidence: who sends a heartbeat within a minute lives",
    async ([, act]) => {
      const { line, holder, waiter } = await keptLine();
      const dead = await newLine(database).add("running", { heartbeat: true });
      await database.pause("20 minutes");
      await act(line);
      await database.advance("30 seconds");
      await reap();
      expect(await statusesOf([holder, waiter, dead])).toEqual(["running", "queued", "running"]);
      await queue.heartbeat(holder);
      await queue.tryStart(waiter, { heartbeat: true });
      await database.advance("31 seconds");
      await reap();
      expect(await statusesOf([holder, waiter, dead])).toEqual(["running", "queued", "cancelled"]);
    },
  );

  test("a waiter looks again when the minute of the silent holder is over, and starts then", async () => {
    const { holder, waiter } = await keptLine();
    await database.pause("20 minutes");
    const look = await queue.tryStart(waiter, { heartbeat: true });
    expect(look.waitingOn[0]?.text).toMatch(/no heartbeat since .*, and it is reaped after/);
    await database.advance("45 seconds");
    const again = await queue.tryStart(waiter, { heartbeat: true });
    expect(again.started).toBe(false);
    expect(again.lookAgainIn).toBeGreaterThan(10);
    expect(again.lookAgainIn).toBeLessThan(15.5);
    await database.advance("16 seconds");
    expect((await queue.tryStart(waiter, { heartbeat: true })).started).toBe(true);
    expect(await statusOf(holder)).toBe("cancelled");
  });

  test("who only reads sees no lease that is over, however often", async () => {
    const { holder } = await keptLine();
    await database.pause("20 minutes");
    for (const time of ["0", "2 minutes", "1 hour"]) {
      await database.pause(time);
      expect(await sql`select from deploy_queue.stuck_deployments where kind = 'silent'`).toHaveLength(0);
      expect(await queue.assert(holder)).toMatchObject({ id: holder });
    }
  });

  test("a cancellation asks the keeper of what runs, which may still be there; after the minute it ends it", async () => {
    const [asked, ended] = [(await keptLine()).holder, (await keptLine()).holder];
    await database.pause("20 minutes");
    await reap();
    await queue.cancel(asked);
    await database.advance("61 seconds");
    await queue.cancel(ended);
    expect(await statusOf(asked)).toBe("stopping");
    expect(await queue.deployment(ended)).toMatchObject({ status: "cancelled", cancellation_kind: "cancelled" });
  });

  test("a second such time gives another minute to those who have sent a heartbeat between the two", async () => {
    const [alive, dead] = [(await keptLine()).holder, (await keptLine()).holder];
    await database.pause("20 minutes");
    await queue.heartbeat(alive);
    await database.pause("20 minutes");
    await reap();
    expect(await statusesOf([alive, dead])).toEqual(["running", "cancelled"]);
    await database.advance("61 seconds");
    await reap();
    expect(await statusOf(alive)).toBe("cancelled");
  });
});

test("where nothing but a look every few minutes is written, the second one reaps the dead", async () => {
  const { line, holder, waiter } = await keptLine();
  await queue.cancel(waiter);
  const poller = await line.add("queued");
  await database.pause("20 minutes");
  expect((await queue.tryStart(poller)).started).toBe(false);
  await database.pause("5 minutes");
  expect((await queue.tryStart(poller)).started).toBe(true);
  expect(await statusOf(holder)).toBe("cancelled");
});

test("less than a minute without writes changes nothing", async () => {
  const { holder } = await keptLine();
  await database.advance("14 minutes");
  await queue.heartbeat(await database.enqueue().then(({ id }) => id));
  await database.pause("59 seconds");
  await reap();
  await database.pause("2 seconds");
  await reap();
  expect(await statusOf(holder)).toBe("cancelled");
});

test("a transaction that stays open after its heartbeat holds up no other heartbeat, and no reaping", async () => {
  const [dead, other] = [(await keptLine()).holder, (await keptLine()).holder];
  const session = await openSession(database);
  await session.begin();
  await database.pause("11 seconds");
  await session.sql`select from deploy_queue.heartbeat(${(await keptLine()).waiter})`;
  const impatient = await openSession(database);
  await impatient.sql`set lock_timeout = '2s'`;
  for (let beats = 0; beats < 31; beats += 1) {
    await database.pause("30 seconds");
    expect(await outcome(impatient.sql`select from deploy_queue.heartbeat(${other})`)).toBe("ok");
  }
  await reap();
  expect(await statusesOf([dead, other])).toEqual(["cancelled", "running"]);
  await session.commit();
});

test("a heartbeat in a transaction of another isolation is taken, whatever others note meanwhile", async () => {
  const [one, other] = [(await keptLine()).holder, (await keptLine()).holder];
  const session = await openSession(database);
  await session.begin("repeatable read");
  await session.sql`select from deploy_queue.deployments limit 1`;
  await database.pause("11 seconds");
  await queue.heartbeat(other);
  expect(await outcome(session.sql`select from deploy_queue.heartbeat(${one})`)).toBe("ok");
  await session.commit();
});
