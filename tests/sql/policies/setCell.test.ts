import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newOrderedLine } from "../../support/orderedLine.js";

const database = useDatabase();
const { sql } = database;

test("a cell goes by its own number of slots until that is taken back, and the event says so", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  for (const name of ["a", "b", "c"]) await line.enter(name);
  await line.start("a");
  await sql`select from deploy_queue.set_cell(${line.environment}, 'aws', 'here', 1, 2)`;
  expect(await line.start("b")).toBe("started");
  const [row] = await sql`select slots from deploy_queue.set_cell(${line.environment}, 'aws', 'here', 1, null)`;
  expect(row).toEqual({ slots: null });
  await line.finish("a");
  expect(await line.start("c")).toBe("running b");
  const events = await sql`
    select reason from deploy_queue.deployment_events
    where kind = 'configured' and environment = ${line.environment} and detail ->> 'table' = 'cells' order by id`;
  expect(events).toEqual([{ reason: "cell has 2 slots, before 1" }, { reason: "cell has 1 slots, before 2" }]);
});

test("an unknown cell is refused", async () => {
  await expect(sql`select from deploy_queue.set_cell('dev', 'aws', 'nowhere', 1, 2)`).rejects.toMatchObject({
    code: "QD043",
  });
});
