import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();

test("has what finished once its buffer is over, and not what was cancelled", async () => {
  const line = newLine(database, "prod");
  const finished = await line.add("finished", { version: "v1" });
  await line.add("cancelled");
  const ids = async () => {
    const rows = await database.sql<{ id: number; status: string }[]>`
      select deployment_id as id, current_status as status from deploy_queue.finished_deployments`;
    return rows.map(({ id, status }) => `${id} ${status}`);
  };

  await database.advance("9 minutes 59 seconds");
  expect(await ids()).toEqual([]);
  await database.advance("2 seconds");
  expect(await ids()).toEqual([`${finished} finished`]);
});
