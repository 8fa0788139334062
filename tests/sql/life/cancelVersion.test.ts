import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

test("cancels what is queued or running of the version in every cell, and nothing else", async () => {
  const bad = { component: "web", version: "v2" };
  const one = newLine(database);
  const finished = await one.add("finished", bad);
  const earlier = await one.add("cancelled", bad);
  const running = await one.add("running", bad);
  const queued = await one.add("queued", bad);
  const otherVersion = await one.add("queued", { component: "web", version: "v1" });
  const noVersion = await one.add("queued", { component: "web" });
  const otherComponent = await one.add("queued", { component: "api", version: "v2" });
  const elsewhere = await newLine(database, "prod").add("queued", bad);

  const cancelled = await sql`
    select id, cancellation_note
    from deploy_queue.cancel_version(component => 'web', version => 'v2', cancellation_note => 'v2 is bad')
    order by id`;
  expect(cancelled).toEqual([running, queued, elsewhere].map((id) => ({ id, cancellation_note: "v2 is bad" })));

  const left = await sql`
    select id, status from deploy_queue.deployments_with_status
    where cancellation_note is distinct from 'v2 is bad' order by id`;
  expect(left).toEqual([
    { id: finished, status: "finished" },
    { id: earlier, status: "cancelled" },
    { id: otherVersion, status: "queued" },
    { id: noVersion, status: "queued" },
    { id: otherComponent, status: "queued" },
  ]);
});

test("cancels nothing when nothing matches", async () => {
  await newLine(database).add("queued", { component: "jobs" });
  expect(await sql`select * from deploy_queue.cancel_version('jobs', 'v9')`).toEqual([]);
  expect(await sql`select * from deploy_queue.cancel_version('jobs', null)`).toEqual([]);
});
