import { afterEach, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { useStandingClock } from "../../support/standingClock.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies } = queue;
const clock = useStandingClock(database, "2026-03-02 12:00:00+00");

afterEach(async () => {
  await sql`delete from deploy_queue.maintenance_windows`;
});

test("a change of the windows wakes the heads that may start or know when, and no other waiter", async () => {
  await clock.at("2026-03-02T12:00:00Z");
  const { window_id: id } = await policies.addWindow("dev", [2], "02:00", "04:00", "UTC");
  const line = newLine(database);
  const [first, second] = [await line.add("queued"), await line.add("queued")];
  const held = await newLine(database).add("queued", { hold: "in-line" });
  const ear = await listen(database, [first, second, held]);
  await policies.addWindow("dev", [1], "11:00", "13:00", "UTC");
  expect(await ear.woken()).toEqual([first]);
  await policies.removeWindow(id);
  expect(await ear.woken()).toEqual([first]);
});
