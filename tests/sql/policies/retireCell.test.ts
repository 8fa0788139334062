import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

test("a retired cell is listed no more and takes no new deployment; those in its line go on", async () => {
  const line = newLine(database);
  const id = await line.add("queued");
  const retire = () => sql`select retired_at from deploy_queue.retire_cell('dev', 'aws', ${line.region}, 0)`;
  const retired = await retire();
  expect(await retire()).toEqual(retired);
  expect((await queue.boards.cells("dev")).map(({ region }) => region)).not.toContain(line.region);
  await expect(line.add("queued")).rejects.toThrow(/-cell-0 was retired at /);
  expect(await queue.tryStart(id)).toMatchObject({ started: true });

  await queue.environments.addCell({ environment: "dev", cloudProvider: "aws", region: line.region, cellIndex: 0 });
  await line.add("queued");
});

test("an unknown cell is refused", async () => {
  await expect(sql`select deploy_queue.retire_cell('dev', 'aws', 'nowhere', 3)`).rejects.toMatchObject({
    code: "QD043",
  });
});
