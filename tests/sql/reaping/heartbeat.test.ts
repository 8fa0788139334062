import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

test.for(["queued", "running"] as const)("stamps a %s deployment with the time of the database", async (state) => {
  const id = await newLine(database).add(state);
  const first = (await queue.heartbeat(id)).deployment.heartbeat_timestamp;
  await database.advance("1 minute");
  const second = (await queue.heartbeat(id)).deployment.heartbeat_timestamp;
  expect(Number(second)).toBeGreaterThanOrEqual(Number(first) + 60_000);
  const [clock] = await sql<{ fresh: boolean }[]>`
    select deploy_queue._now() - heartbeat_timestamp < '30 seconds' as fresh
    from deploy_queue.deployments where id = ${id}`;
  expect(clock?.fresh).toBe(true);
});

test.for(["finished", "cancelled"] as const)("returns a %s deployment unchanged", async (state) => {
  const id = await newLine(database).add(state);
  const { status: _, ...row } = await queue.deployment(id);
  expect(await queue.heartbeat(id)).toEqual({ deployment: row, beatAgainIn: undefined, endsBy: null });
});

test("leaves no event", async () => {
  const id = await newLine(database).add("queued");
  await queue.heartbeat(id);
  expect(await sql`select kind from deploy_queue.deployment_events where deployment_id = ${id}`).toEqual([
    { kind: "enqueued" },
  ]);
});

test("an unknown deployment is refused with QD001", async () => {
  await expect(sql`select deploy_queue.heartbeat(987654)`).rejects.toMatchObject({ code: "QD001" });
});
