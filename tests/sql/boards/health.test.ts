import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { sql, queue } = database;

const findings = async (name: string, workerHost?: string) =>
  (await queue.upkeep.health(workerHost)).flatMap((finding) =>
    finding.name === name ? [`${finding.status} ${finding.text}`] : [],
  );

test("a worker that has not been seen for 3 minutes is a warning, and a failure where one is demanded", async () => {
  expect(await findings("worker")).toEqual(["warning no background worker has been seen"]);
  await queue.upkeep.workerSeen("here:1", "1.0.0");
  expect(await findings("worker", "here")).toEqual([expect.stringMatching(/^ok here:1 was seen 00:00:\d\d ago$/)]);
  expect(await findings("worker", "there")).toEqual(["failed no background worker has been seen on there"]);
  await database.advance("4 minutes");
  expect(await findings("worker")).toEqual([expect.stringMatching(/^warning here:1 was seen 00:04:/)]);
  expect(await findings("worker", "here")).toEqual([expect.stringMatching(/^failed here:1 /)]);
});

test("a disabled trigger and a missing constraint are failures of the rules", async () => {
  expect(await findings("rules")).toEqual(["ok constraint and triggers are in force"]);
  const session = database.connect();
  await session.unsafe(`begin;
    alter table deploy_queue.deployments disable trigger tg_deployments__guard;
    alter table deploy_queue.deployments drop constraint never_two_at_once`);
  const rows = await session<{ text: string }[]>`
    select status || ' ' || text as text from deploy_queue.health() where name = 'rules' order by 1`;
  await session.unsafe("rollback");
  expect(rows.map(({ text }) => text)).toEqual([
    "failed the constraint never_two_at_once is missing: two could run at once",
    "failed the trigger tg_deployments__guard is disabled",
  ]);
});

test("of the deployments that look stuck it names ten, the oldest first, and counts the others", async () => {
  expect(await findings("deployments")).toEqual(["ok none looks stuck"]);
  const ids: number[] = [];
  for (let count = 0; count < 12; count += 1) ids.push(await newLine(database).add("queued"));
  await database.advance("2 minutes");

  const found = await findings("deployments");
  expect(found).toHaveLength(11);
  expect(found[0]).toContain(`warning deployment ${ids[0]} (api) is waiting for its owner to start it, idle for 00:0`);
  expect(found[10]).toBe("warning and 2 more look stuck");
  await sql`select deploy_queue.cancel(id) from deploy_queue.deployments`;
});

test("a webhook whose messages wait for more than ten minutes is a warning, with the reason, until they are delivered", async () => {
  expect(await findings("webhooks")).toEqual([]);
  const { name } = await newWebhook(database, { events: ["started"] });
  expect(await findings("webhooks")).toEqual(["ok all have been told"]);
  await newLine(database).add("running");
  const [message] = await taken(database, name);
  if (message === undefined) throw new Error("nothing is due");
  await queue.webhooks.recordAttempt(message, { delivered: false, httpStatus: 500, problem: "status 500" });
  expect(await findings("webhooks")).toEqual(["ok all have been told"]);

  await database.advance("11 minutes");
  expect(await findings("webhooks")).toEqual([
    expect.stringMatching(
      new RegExp(`^warning webhook ${name} has not been told of all, 1 pending since .*, status 500$`),
    ),
  ]);
  const [again] = await taken(database, name);
  if (again === undefined) throw new Error("nothing is due");
  await queue.webhooks.recordAttempt(again, { delivered: true, httpStatus: 200 });
  expect(await findings("webhooks")).toEqual(["ok all have been told"]);
});
