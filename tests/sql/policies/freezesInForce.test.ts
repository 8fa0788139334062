import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();
const { policies } = database.queue;

const inForce = async () =>
  (await database.sql<{ freeze_id: number }[]>`select freeze_id from deploy_queue.freezes_in_force order by 1`).map(
    ({ freeze_id }) => freeze_id,
  );

test("has a freeze until it is lifted or expires, and not after", async () => {
  const lifted = await policies.freeze({ environment: "dev" }, "sale");
  const expiring = await policies.freeze({ environment: "prod" }, "sale", { until: new Date(Date.now() + 60_000) });
  expect(await inForce()).toEqual([lifted.freeze_id, expiring.freeze_id]);
  await policies.thaw(lifted.freeze_id);
  expect(await inForce()).toEqual([expiring.freeze_id]);
  await database.advance("61 seconds");
  expect(await inForce()).toEqual([]);
});
