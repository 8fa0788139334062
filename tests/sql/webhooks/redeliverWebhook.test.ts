import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { queue, sql } = database;
const line = newLine(database);

test("what was given up is sent anew, and what waits at once", async () => {
  const { name } = await newWebhook(database);
  await line.add("finished");
  await taken(database, name);
  await sql`update deploy_queue.webhook_messages set given_up_at = deploy_queue._now() where kind = 'started'`;
  const [finished] = await taken(database, name);
  if (finished === undefined) throw new Error("nothing is due");
  const asked = { delivered: false, httpStatus: 503, problem: "503", retryAfter: 3_600 };
  await queue.webhooks.recordAttempt(finished, asked);
  expect(await taken(database, name)).toEqual([]);

  expect(await queue.webhooks.redeliver(name)).toBe(1);
  const [started, ...more] = await taken(database, name);
  expect(more).toEqual([]);
  if (started === undefined) throw new Error("nothing is due");
  expect(started).toMatchObject({ attempt: 1, body: { data: { kind: "started" } } });
  await queue.webhooks.recordAttempt(started, { delivered: true });
  expect(await taken(database, name)).toMatchObject([{ body: { data: { kind: "finished" } } }]);
});

test("one message is sent anew whatever has become of it, with the same id; one of another webhook is not known", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  const other = await newWebhook(database);
  await line.add("finished");
  const [message] = await taken(database, name);
  if (message === undefined) throw new Error("nothing is due");
  await queue.webhooks.recordAttempt(message, { delivered: true });
  await queue.webhooks.redeliver(name, message.message_id);
  expect(await taken(database, name)).toMatchObject([{ message_uid: message.message_uid }]);
  const stranger = queue.webhooks.redeliver(other.name, message.message_id);
  await expect(stranger).rejects.toMatchObject({ cause: { code: "QD093" }, exitCode: 3 });
});

test("messages are removed 7 days after their delivery, and all after 30", async () => {
  const { name } = await newWebhook(database);
  await line.add("finished");
  const [message] = await taken(database, name);
  if (message === undefined) throw new Error("nothing is due");
  await queue.webhooks.recordAttempt(message, { delivered: true });
  const left = async (): Promise<string[]> => {
    await queue.upkeep.pruneHistory();
    return (await queue.webhooks.deliveries(name)).map(({ kind }) => kind);
  };
  expect(await left()).toEqual(["finished", "started"]);
  await database.advance("8 days");
  expect(await left()).toEqual(["finished"]);
  await database.advance("23 days");
  expect(await left()).toEqual([]);
});

test("what a worker is sending now stays with it", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  await newLine(database).add("finished");
  expect(await taken(database, name)).toHaveLength(1);
  await queue.webhooks.redeliver(name);
  expect(await taken(database, name)).toEqual([]);
});
