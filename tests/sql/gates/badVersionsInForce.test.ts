import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { markBad, markGood, newVersion } from "../../support/marks.js";

const database = useDatabase();
const { sql } = database;

test("shows the versions that are marked bad, and why, until that is taken back", async () => {
  const what = await newVersion(database);
  await markBad(database, what);
  const inForce = () => sql`select component, version, environments, reason from deploy_queue.bad_versions_in_force`;
  expect(await inForce()).toEqual([{ ...what, environments: null, reason: "it loses orders" }]);
  await markGood(database, what);
  expect(await inForce()).toEqual([]);
});
