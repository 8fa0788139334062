import { beforeEach, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();
const { sql, queue } = database;
const enter = (region: string) => sql`select cell_id from deploy_queue.enqueue('closed', 'aws', ${region}, 0, 'api')`;

beforeEach(() => sql`select deploy_queue.set_environment('closed', has_closed_cells => true)`);

test("where the cells are closed, only cells that were added are deployed to", async () => {
  await sql`select deploy_queue.add_cell('closed', 'aws', 'eu-1', 0)`;
  await enter("eu-1");
  await expect(enter("eu-2")).rejects.toMatchObject({
    code: "QD042",
    message: "closed-aws-eu-2-cell-0 is no cell of closed, whose cells are closed",
    hint: "Most like it: closed-aws-eu-1-cell-0. An operator adds it with deploy_queue.add_cell().",
  });
  await sql`select deploy_queue.set_environment('closed', has_closed_cells => false)`;
  await enter("eu-2");
});

test("adding a cell twice is fine, is recorded, and takes no other spelling", async () => {
  const [first] = await sql`select id from deploy_queue.add_cell(' closed', 'aws ', 'eu-3', 0)`;
  expect(await sql`select id from deploy_queue.add_cell('closed', 'aws', 'eu-3', 0)`).toEqual([first]);
  await expect(sql`select deploy_queue.add_cell('closed', 'aws', 'EU-3', 1)`).rejects.toMatchObject({ code: "QD041" });
  expect(
    await sql`select reason from deploy_queue.deployment_events where kind = 'configured' and region = 'eu-3'`,
  ).toContainEqual({ reason: "cell added" });
});

test("of two sessions that name one new cell in two spellings, one is refused", async () => {
  await sql`select deploy_queue.set_environment('open')`;
  const other = database.connect();
  const outcomes = await Promise.allSettled(
    [sql, other].map(
      (session, place) =>
        session`select deploy_queue.enqueue('open', 'aws', ${["race", "RACE"][place] ?? ""}, 0, 'api')`,
    ),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await queue.boards.cells("open")).toHaveLength(1);
});
