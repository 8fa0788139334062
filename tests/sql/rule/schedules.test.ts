import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { outcome } from "../../support/session.js";
import { useStandingClock } from "../../support/standingClock.js";

const database = useDatabase();
const { sql, queue } = database;
const clock = useStandingClock(database, "2026-03-02 12:00:00+00");

/** A moment so many seconds from now, by the clock of the database. */
async function seconds(count: number): Promise<Date> {
  return queue.moment(`PT${count}S`);
}

describe("not before", () => {
  test("a deployment starts exactly at its moment, and the waiter is told to look then", async () => {
    const id = await newLine(database).add("queued", { notBefore: await seconds(10) });
    expect(await queue.tryStart(id)).toMatchObject({
      started: false,
      lookAgainIn: 10,
      waitingOn: [{ kind: "schedule" }],
    });
    await clock.pass("9.999999 seconds");
    expect(await queue.tryStart(id)).toMatchObject({ started: false, lookAgainIn: 0.000_001 });
    await clock.pass("1 microsecond");
    expect(await queue.tryStart(id)).toMatchObject({ started: true });
  });

  test("it lets others pass until then, and counts with its place from then on", async () => {
    const line = newLine(database);
    const scheduled = await line.add("queued", { notBefore: await seconds(10) });
    const next = await line.add("queued");
    expect(await sql`select kind from deploy_queue.waiting_on(${next})`).toEqual([]);
    await clock.pass("10 seconds");
    expect(await sql`select deployment_id from deploy_queue.waiting_on(${next})`).toEqual([
      { deployment_id: scheduled },
    ]);
  });

  test("a finish wakes the one behind as if it were the first", async () => {
    const line = newLine(database);
    const runner = await line.add("running");
    const scheduled = await line.add("queued", { notBefore: await seconds(10) });
    const next = await line.add("queued");
    const last = await line.add("queued");
    const ear = await listen(database, [scheduled, next, last]);
    await queue.finish(runner);
    // The first knows now when it may start.
    expect(await ear.woken()).toEqual([scheduled, next]);
    await queue.cancel(scheduled);
    expect(await ear.woken()).toEqual([]);
  });

  test("a longer wait is looked at every heartbeat interval", async () => {
    const id = await newLine(database).add("queued", { notBefore: await seconds(3600) });
    expect(await queue.tryStart(id)).toMatchObject({ lookAgainIn: 30 });
  });
});

describe("not after", () => {
  test("a waiter that comes too late is cancelled by its own look", async () => {
    const line = newLine(database);
    await line.add("running");
    const id = await line.add("queued", { notAfter: await seconds(10), heartbeat: true });
    expect(await queue.tryStart(id)).toMatchObject({ started: false, lookAgainIn: expect.closeTo(10, 2) });
    await clock.pass("10 seconds");
    expect(await queue.tryStart(id)).toMatchObject({ started: false });
    expect(await queue.deployment(id)).toMatchObject({
      status: "cancelled",
      cancellation_note: expect.stringMatching(/^reaped by \w+: it was to start before 2026-03-02 /),
    });
    expect(await outcome(sql`select deploy_queue.try_start(${id})`)).toBe("QD005");
  });

  test("it does not start late by a plain UPDATE either", async () => {
    const id = await newLine(database).add("queued", { notAfter: await seconds(10) });
    await clock.pass("10 seconds");
    expect(await sql`select kind from deploy_queue.waiting_on(${id})`).toEqual([{ kind: "expired" }]);
    expect(await outcome(sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`)).toBe(
      "QD003",
    );
  });

  test("a waiter behind it removes it", async () => {
    const line = newLine(database);
    const late = await line.add("queued", { notAfter: await seconds(10), hold: "in-line" });
    const next = await line.add("queued");
    expect(await queue.tryStart(next)).toMatchObject({ started: false });
    await clock.pass("10 seconds");
    expect(await queue.tryStart(next)).toMatchObject({ started: true });
    expect((await queue.deployment(late)).status).toBe("cancelled");
  });

  test("the worker removes what is only staged", async () => {
    const late = await newLine(database).add("queued", { notAfter: await seconds(10), hold: "outside" });
    await clock.pass("10 seconds");
    expect((await queue.upkeep.reapStaleDeployments()).map(({ id }) => id)).toContain(late);
  });

  test("an operator's bypass starts it nevertheless", async () => {
    const late = await newLine(database).add("queued", { notAfter: await seconds(10) });
    await clock.pass("10 seconds");
    await database
      .connect()
      .unsafe(`begin; set local deploy_queue.bypass_reason = 'sev 1'; select deploy_queue.try_start(${late}); commit`);
    expect((await queue.deployment(late)).status).toBe("running");
  });
});
