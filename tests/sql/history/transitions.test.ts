import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

test("transitions after an event come in order, those of one environment where it is named", async () => {
  const dev = await newLine(database).add("finished");
  const prod = await newLine(database, "prod").add("running");
  const all = await sql`select event_id, deployment_id as id, status from deploy_queue.transitions(0)`;
  expect(all).toMatchObject([
    { id: dev, status: "queued" },
    { id: dev, status: "running" },
    { id: dev, status: "finished" },
    { id: prod, status: "queued" },
    { id: prod, status: "running" },
  ]);
  expect(await sql`select from deploy_queue.transitions(0, 'prod')`).toHaveLength(2);
  expect(await sql`select from deploy_queue.transitions(${all[3]?.["event_id"]})`).toHaveLength(1);
  expect(await sql`select from deploy_queue.transitions(0, at_most => 3)`).toHaveLength(3);
});
