import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession } from "../../support/session.js";
import { reaction, send } from "../../support/twoSessions.js";
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

test("the second of two rotations at once keeps the secret of the first", async () => {
  const { name } = await newWebhook(database);
  const [first, second] = [await openSession(database), await openSession(database)];
  await first.begin();
  const [rotated] = await first.sql<{ secret: string }[]>`select secret from deploy_queue.rotate_webhook(${name})`;
  const sent = send(second, `select from deploy_queue.rotate_webhook('${name}')`);
  expect(await reaction(second, first, sent)).toBe("waits");
  await first.commit();
  expect(await sent.end).toBe("ok");
  expect(await sql`select old_secret from deploy_queue.webhooks where name = ${name}`).toEqual([
    { old_secret: rotated?.secret },
  ]);
});

test("an overlap of more than 30 days is refused", async () => {
  const { name } = await newWebhook(database);
  await expect(queue.webhooks.rotate(name, 31 * 86_400)).rejects.toMatchObject({ cause: { code: "QD090" } });
});
