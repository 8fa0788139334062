import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();
const { sql, queue } = database;

test("an environment that nothing was deployed to goes with its cells, freezes and windows", async () => {
  await sql`select deploy_queue.set_environment('typo')`;
  await sql`select deploy_queue.add_cell('typo', 'aws', 'r', 0)`;
  await sql`select deploy_queue.freeze('typo', 'none')`;
  await sql`select deploy_queue.add_window('typo', '{1}', '09:00', '10:00')`;
  expect(await queue.environments.remove("typo")).toMatchObject({ environment: "typo" });
  expect((await queue.environments.list()).map(({ environment }) => environment)).not.toContain("typo");
});

test("one with deployments is refused", async () => {
  await database.enqueue({ environment: "prod" });
  await expect(sql`select deploy_queue.remove_environment('prod')`).rejects.toMatchObject({
    code: "QD044",
    message: expect.stringMatching(/^environment prod has \d+ deployments$/),
  });
});
