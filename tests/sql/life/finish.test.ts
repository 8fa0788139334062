import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const notices: string[] = [];
const database = useDatabase();
const { queue } = database;
const sql = database.connect({ onNotice: ({ message }) => notices.push(String(message)) });

test("a running deployment finishes", async () => {
  const id = await newLine(database).add("running");
  const [row] = await sql`select * from deploy_queue.finish(deployment_id => ${id})`;
  expect(row).toMatchObject({ id, finish_timestamp: expect.any(Date), cancellation_timestamp: null });
});

test("finishing twice is fine, changes nothing and says so", async () => {
  const id = await newLine(database).add("running");
  const first = await queue.finish(id);
  const [second] = await sql`select * from deploy_queue.finish(${id})`;
  expect(second).toEqual(first);
  expect(notices).toEqual([`deployment ${id} (api) has already finished`]);
  expect(await sql`select from deploy_queue.deployment_events where deployment_id = ${id}`).toHaveLength(3);
});

test.for([
  ["queued", "QD004", "is queued; it cannot finish before it started"],
  ["cancelled", "QD005", "was cancelled at"],
] as const)("a %s deployment is refused with %s", async ([state, code, text]) => {
  const id = await newLine(database).add(state);
  await expect(sql`select deploy_queue.finish(${id})`).rejects.toMatchObject({
    code,
    message: expect.stringContaining(`deployment ${id} (api) ${text}`),
  });
});

test("an unknown deployment is refused with QD001", async () => {
  await expect(sql`select deploy_queue.finish(987654)`).rejects.toMatchObject({ code: "QD001" });
  await expect(sql`select deploy_queue.finish(null)`).rejects.toMatchObject({ code: "QD001" });
});
