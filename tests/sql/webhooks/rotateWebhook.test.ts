import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { queue, sql } = database;

test("after a rotation both secrets sign for a while, then the new one alone", async () => {
  const { name, secret } = await newWebhook(database, { events: ["started"] });
  const rotated = await queue.webhooks.rotate(name, 3_600);
  expect(rotated.secret).not.toBe(secret);
  await newLine(database).add("finished");
  expect(await taken(database, name)).toMatchObject([{ secrets: [rotated.secret, secret] }]);
  await database.advance("61 minutes");
  expect(await taken(database, name)).toMatchObject([{ secrets: [rotated.secret] }]);
  const events = JSON.stringify(await sql`select * from deploy_queue.deployment_events`);
  expect(events).toContain("rotated");
  for (const hidden of [secret, rotated.secret]) expect(events).not.toContain(hidden);
});

test("an overlap of more than 30 days is refused", async () => {
  const { name } = await newWebhook(database);
  await expect(queue.webhooks.rotate(name, 31 * 86_400)).rejects.toMatchObject({ cause: { code: "QD090" } });
});
