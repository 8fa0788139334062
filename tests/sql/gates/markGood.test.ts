import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { markBad, markGood, newVersion } from "../../support/marks.js";
import { openSession } from "../../support/session.js";
import { reaction, send } from "../../support/twoSessions.js";

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

test("of two that let a version in at once, the second finds it good", async () => {
  const what = await newVersion(database);
  await markBad(database, what);
  const [first, second] = [await openSession(database), await openSession(database)];
  await first.begin();
  expect(await markGood(first, what)).toHaveLength(1);
  const sent = send(second, `select deploy_queue.mark_good('${what.component}', '${what.version}')`);
  expect(await reaction(second, first, sent)).toBe("waits");
  await first.commit();
  expect(await sent.end).toBe("ok");
  expect(
    await sql`select from deploy_queue.bad_versions where component = ${what.component} and lifted_at is null`,
  ).toEqual([]);
});

test("a version that no deployment has had is refused", async () => {
  await expect(sql`select deploy_queue.mark_good('api', 'v9')`).rejects.toMatchObject({ code: "QD063" });
});
