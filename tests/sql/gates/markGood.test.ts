import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { markBad, markGood, newVersion } from "../../support/marks.js";

const database = useDatabase();
const { sql, queue } = database;

test("lets a version in again; what was cancelled stays so", async () => {
  const what = await newVersion(database);
  const id = await newLine(database).add("queued", what);
  await markBad(database, what);
  expect(await markGood(database, what)).toEqual([{ ...what, reason: "it loses orders" }]);
  expect(await markGood(database, what)).toEqual([]);
  expect(await queue.deployment(id)).toMatchObject({ cancellation_kind: "withdrawn" });
  await database.enqueue(what);
  const events = await sql`
    select kind from deploy_queue.deployment_events
    where component = ${what.component} and deployment_id is null and kind like 'marked%' order by id`;
  expect(events).toEqual([{ kind: "marked-bad" }, { kind: "marked-good" }]);
});

test("a version that no deployment has had is refused", async () => {
  await expect(sql`select deploy_queue.mark_good('api', 'v9')`).rejects.toMatchObject({ code: "QD063" });
});
