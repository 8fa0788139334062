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

test("a deployment without a keeper is told once it runs for longer than unkept_after, unless its maximum duration ends it", async () => {
  await clock.at("2026-03-04T13:00:00Z");
  const line = newLine(database);
  const id = await line.add("running");
  const ends = await newLine(database).add("running", { maxDuration: 86400 });
  const unkept = async () => {
    const rows = await sql<{ deployment_id: number }[]>`
      select deployment_id from deploy_queue.stuck_deployments where kind = 'unkept' and deployment_id in ${sql([id, ends])}`;
    return rows.map(({ deployment_id }) => deployment_id);
  };

  await clock.at("2026-03-04T13:59:00Z");
  expect(await unkept()).toEqual([]);
  await clock.at("2026-03-04T14:01:00Z");
  expect(await unkept()).toEqual([id]);
  await queue.environments.set("dev", { unkeptAfter: 7_200 });
  expect(await unkept()).toEqual([]);
});
