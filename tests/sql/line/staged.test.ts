import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

const stagedIn = (region: string) => sql<{ deployment_id: number; hold: string; process_waits: boolean }[]>`
  select deployment_id, hold, process_waits from deploy_queue.staged where region = ${region} order by 1`;

test("has what is on hold, and whether a process waits for its release", async () => {
  const line = newLine(database);
  const outside = await line.add("queued", { hold: "outside", version: "v1" });
  const inLine = await line.add("queued", { hold: "in-line", heartbeat: true });
  await line.add("queued");
  expect([...(await stagedIn(line.region))]).toEqual([
    { deployment_id: outside, hold: "outside", process_waits: false },
    { deployment_id: inLine, hold: "in-line", process_waits: true },
  ]);
});

test("has nothing that was released, purged or cancelled", async () => {
  const line = newLine(database);
  const ids = [];
  for (const version of ["v1", "v2", "v3"]) ids.push(await line.add("queued", { hold: "outside", version }));
  const [released = 0, purged = 0, cancelled = 0] = ids;
  await queue.holds.release(released, { heartbeat: false, key: "" });
  await queue.holds.purge(purged);
  await queue.cancel(cancelled);
  expect(await stagedIn(line.region)).toEqual([]);
});
