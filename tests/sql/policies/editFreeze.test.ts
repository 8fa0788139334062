import { afterEach, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies } = queue;

afterEach(async () => {
  await sql`update deploy_queue.freezes set lifted_at = now() where lifted_at is null`;
});

const inOneHour = () => new Date(Date.now() + 3_600_000);

test("a freeze gets another reason, which wakes no waiter", async () => {
  const id = await newLine(database).add("queued");
  const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale", { until: inOneHour() });
  const ear = await listen(database, [id]);
  expect(await policies.editFreeze(freeze_id, { reason: "long sale" })).toMatchObject({
    freeze_id,
    reason: "long sale",
    expires_at: expect.any(Date),
  });
  expect(await ear.woken()).toEqual([]);
  expect((await queue.line.explain(id))[0]?.text).toContain("long sale");
});

test("a freeze that is to end at a known moment, or earlier, wakes those that know when they may start now; a later end does not", async () => {
  const line = newLine(database);
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale");
  const ear = await listen(database, [first, second]);
  const until = inOneHour();
  await policies.editFreeze(freeze_id, { until });
  expect(await ear.woken()).toEqual([first]);
  expect((await queue.line.explain(first))[0]?.until).toEqual(until);

  await policies.editFreeze(freeze_id, { until: new Date(until.getTime() + 60_000) });
  expect(await ear.woken()).toEqual([]);
  await policies.editFreeze(freeze_id, { until: new Date(until.getTime() - 60_000) });
  expect(await ear.woken()).toEqual([first]);
  expect(await policies.editFreeze(freeze_id, { until: null })).toMatchObject({ expires_at: null, reason: "sale" });
  expect(await ear.woken()).toEqual([]);
});

test("a freeze that was lifted, or is not there, is not edited", async () => {
  const { freeze_id } = await policies.freeze({ environment: "dev" }, "sale");
  await policies.thaw(freeze_id);
  expect(await outcome(sql`select deploy_queue.edit_freeze(${freeze_id}, 'x')`)).toBe("QD025");
  expect(await outcome(sql`select deploy_queue.edit_freeze(999999, 'x')`)).toBe("QD023");
});
