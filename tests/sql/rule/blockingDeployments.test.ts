import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;
const idsOf = async (id: number) =>
  (await sql<{ id: number }[]>`select id from deploy_queue.blocking_deployments(${id})`).map((row) => row.id);

test("are the rows of those that are running, buffering or ahead, in the order of the line", async () => {
  const line = newLine(database, "prod");
  const buffering = await line.add("finished", { concurrencyKey: "x" });
  const running = await line.add("running", { concurrencyKey: "x" });
  await line.add("cancelled");
  const ahead = await line.add("queued");
  const candidate = await line.add("queued", { concurrencyKey: "y" });
  await line.add("queued");
  expect(await idsOf(candidate)).toEqual([buffering, running, ahead]);
});

test.for(["running", "finished", "cancelled"] as const)("a %s deployment has none", async (state) => {
  expect(await idsOf(await newLine(database, "prod").add(state))).toEqual([]);
});

test("an unknown deployment is an error", async () => {
  await expect(idsOf(987654)).rejects.toMatchObject({ code: "QD001" });
});
