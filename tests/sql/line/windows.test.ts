import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();

test("the maintenance windows of an environment are read once for all that wait in it", async () => {
  await database.queue.policies.addWindow("prod", [1, 2, 3, 4, 5, 6, 7], "02:00", "02:01", "UTC");
  for (let cell = 0; cell < 3; cell++) {
    const line = newLine(database, "prod");
    for (let count = 0; count < 3; count++) await line.add("queued");
  }
  const session = database.connect();
  await session.unsafe("begin; set local track_functions = 'pl'");
  await session`select count(predicted_start) from deploy_queue.queue`;
  const [row] = await session`
    select pg_stat_get_xact_function_calls('deploy_queue._openings(text)'::regprocedure)::integer as calls`;
  await session.unsafe("rollback");
  await session.end();
  expect(row).toEqual({ calls: 1 });
});
