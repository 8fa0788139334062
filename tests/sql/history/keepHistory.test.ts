import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();

test.for([
  ["delete from deploy_queue.deployments", "delete of deploy_queue.deployments"],
  ["truncate deploy_queue.deployments", "truncate of deploy_queue.deployments"],
  ["truncate deploy_queue.cells cascade", "truncate of deploy_queue.deployments"],
  ["truncate deploy_queue.environments cascade", "truncate of deploy_queue.deployments"],
  ["update deploy_queue.deployment_events set actor = 'nobody'", "update of deploy_queue.deployment_events"],
  ["delete from deploy_queue.deployment_events", "delete of deploy_queue.deployment_events"],
  ["truncate deploy_queue.deployment_events", "truncate of deploy_queue.deployment_events"],
] as const)("%s is refused with QD010", async ([statement, what]) => {
  await database.enqueue();
  await expect(database.sql.unsafe(statement)).rejects.toMatchObject({
    code: "QD010",
    message: `${what} is refused: history is kept`,
  });
});

test.for(["region = 'elsewhere'", "cloud_provider = 'gcp'", "cell_index = 9"])(
  "a cell with deployments does not move to %s",
  async (assignment) => {
    const { cell_id } = await database.enqueue();
    const move = database.sql.unsafe(`update deploy_queue.cells set ${assignment} where id = ${cell_id}`);
    await expect(move).rejects.toMatchObject({ code: "23503" });
  },
);

test("a cell with deployments is not removed", async () => {
  const { cell_id } = await database.enqueue();
  await expect(database.sql`delete from deploy_queue.cells where id = ${cell_id}`).rejects.toMatchObject({
    code: "23503",
  });
});
