import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

const orderOf = async (region: string) =>
  (
    await sql<{ deployment_id: number }[]>`
      select deployment_id from deploy_queue.queue where region = ${region} order by "position"`
  ).map(({ deployment_id }) => deployment_id);

const kindsOf = async (id: number) =>
  (await sql<{ kind: string }[]>`select kind from deploy_queue.waiting_on(${id})`).map(({ kind }) => kind);

test("the line is ordered by priority, then by id", async () => {
  const line = newLine(database);
  const usual = await line.add("queued");
  const low = await line.add("queued", { priority: -1 });
  const high = await line.add("queued", { priority: 5 });
  const alsoHigh = await line.add("queued", { priority: 5 });

  expect(await orderOf(line.region)).toEqual([high, alsoHigh, usual, low]);
  expect(await kindsOf(high)).toEqual([]);
  expect(await kindsOf(usual)).toEqual(["queued", "queued"]);
  expect(await kindsOf(low)).toEqual(["queued", "queued", "queued"]);
  expect(await sql`select text from deploy_queue.waiting_on(${alsoHigh})`).toEqual([
    { text: `deployment ${high} (api) is ahead in the line` },
  ]);
  expect(await sql`select text from deploy_queue.waiting_on(${usual}) where deployment_id = ${high}`).toEqual([
    { text: `deployment ${high} (api) is ahead in the line with priority 5` },
  ]);
});

test("a running or buffering deployment blocks every priority", async () => {
  const line = newLine(database, "prod");
  await line.add("finished");
  const high = await line.add("queued", { priority: 1000 });
  expect(await kindsOf(high)).toEqual(["buffer"]);
});
