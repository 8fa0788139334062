import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { useStandingClock } from "../../support/standingClock.js";

const database = useDatabase();
const { sql, queue } = database;
const clock = useStandingClock(database, "2026-03-02 12:00:00+00");

/** Since when it may start and does not; undefined when it is not told as idle. */
async function idleSince(id: number): Promise<string | undefined> {
  const [row] = await sql<{ since: Date }[]>`
    select since from deploy_queue.stuck_deployments where deployment_id = ${id} and kind = 'idle'`;
  return row?.since.toISOString();
}

test("a deployment that was released or moved is idle since then, not since it entered the line", async () => {
  const line = newLine(database);
  const held = await line.add("queued", { hold: "outside" });
  await clock.at("2026-03-02T13:00:00Z");
  await queue.holds.release(held, { heartbeat: false, key: "" });
  expect(await idleSince(held)).toBeUndefined();
  await clock.at("2026-03-02T13:02:00Z");
  expect(await idleSince(held)).toBe("2026-03-02T13:00:00.000Z");
  await queue.line.bump(held, "sev 1", 3);
  expect(await idleSince(held)).toBeUndefined();
});

test("a deployment that waited for a maintenance window is idle since it opened", async () => {
  const { policies } = queue;
  await clock.at("2026-03-03T12:00:00Z");
  await policies.addWindow("dev", [1, 2, 3, 4, 5, 6, 7], "13:00", "15:00", "UTC");
  const id = await newLine(database).add("queued");
  await clock.at("2026-03-03T12:30:00Z");
  expect(await idleSince(id)).toBeUndefined();
  await clock.at("2026-03-03T13:00:30Z");
  expect(await idleSince(id)).toBeUndefined();
  await clock.at("2026-03-03T14:00:00Z");
  expect(await idleSince(id)).toBe("2026-03-03T13:00:00.000Z");
});
