import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();
const { sql, queue } = database;

const workers = () => sql`
  select name, version, extract(epoch from last_seen_at - started_at)::integer as seconds from deploy_queue.workers order by name`;

test("keeps when a worker was first seen, and its newest version", async () => {
  await queue.upkeep.workerSeen("here:1", "1.0.0");
  await database.sql`update deploy_queue.workers set started_at = started_at - interval '60 seconds', last_seen_at = started_at`;
  await queue.upkeep.workerSeen("here:1", "1.1.0");
  const [worker] = await workers();
  expect(worker).toMatchObject({ name: "here:1", version: "1.1.0" });
  expect(worker?.["seconds"]).toBeGreaterThanOrEqual(60);
});

test("forgets those that have not been seen for a week", async () => {
  await database.advance("8 days");
  await queue.upkeep.workerSeen("there:2", "1.0.0");
  expect((await workers()).map(({ name }) => name)).toEqual(["there:2"]);
});
