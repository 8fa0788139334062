import { expect, test } from "vitest";
import type { WebhookMessage } from "../../../src/queue/calls/webhooks.js";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession } from "../../support/session.js";
import { reaction, send } from "../../support/twoSessions.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { queue } = database;
const line = newLine(database);

async function one(name: string): Promise<WebhookMessage> {
  const [message, ...more] = await taken(database, name);
  if (message === undefined || more.length > 0) throw new Error(`${1 + more.length} messages instead of one`);
  return message;
}

async function dueIn(name: string): Promise<number> {
  const [delivery] = (await queue.webhooks.deliveries(name)).reverse();
  const [now] = await database.sql<{ now: Date }[]>`select deploy_queue._now() as now`;
  return Math.round(((delivery?.due_at?.getTime() ?? Number.NaN) - (now?.now.getTime() ?? 0)) / 1000);
}

test("each failure doubles the wait, up to two hours, and a day after the first it is given up", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  await line.add("finished");
  const waits: number[] = [];
  for (;;) {
    await queue.webhooks.recordAttempt(await one(name), { delivered: false, httpStatus: 500, problem: "status 500" });
    const [delivery] = await queue.webhooks.deliveries(name);
    if (delivery?.state === "given up") break;
    waits.push(await dueIn(name));
    // The pause of the webhook is five minutes at most.
    await database.advance(`${Math.max(waits.at(-1) ?? 0, 300) + 1} seconds`);
  }
  expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(Math.max(...waits)).toBe(7_200);
  expect(waits.length).toBeGreaterThan(15);
  const [known] = (await queue.webhooks.list()).filter((webhook) => webhook.name === name);
  expect(known).toMatchObject({ given_up_count: 1, pending_count: 0, problem: "status 500" });
});

test("a receiver that asks to be left alone is, with all its messages", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  await line.add("finished");
  const message = await one(name);
  await queue.webhooks.recordAttempt(message, { delivered: false, httpStatus: 429, problem: "429", retryAfter: 3_600 });
  await line.add("finished");
  await database.advance("59 minutes");
  expect(await taken(database, name)).toEqual([]);
  await database.advance("2 minutes");
  expect(await taken(database, name)).toHaveLength(1);
});

test("nothing is left alone for more than a day", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  await line.add("finished");
  const asked = { delivered: false, httpStatus: 503, problem: "503", retryAfter: 9e8 };
  await queue.webhooks.recordAttempt(await one(name), asked);
  expect(await dueIn(name)).toBe(86_400);
});

test("what fails holds up its own deployment only", async () => {
  const { name } = await newWebhook(database);
  const failing = await line.add("finished");
  await queue.webhooks.recordAttempt(await one(name), { delivered: false, problem: "it is odd" });
  const other = await newLine(database).add("finished");
  for (const kind of ["started", "finished"]) {
    const message = await one(name);
    expect(message.body.data).toMatchObject({ kind, deployment: { id: other } });
    await queue.webhooks.recordAttempt(message, { delivered: true, httpStatus: 200 });
  }
  await database.advance("6 seconds");
  expect((await one(name)).body.data).toMatchObject({ kind: "started", deployment: { id: failing } });
});

test("a failure that is told late does not disturb the worker that sends it now, and a success counts however late", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  await line.add("finished");
  const first = await one(name);
  await database.advance("61 seconds");
  const second = await one(name);
  await queue.webhooks.recordAttempt(first, { delivered: false, problem: "too late" });
  expect(await taken(database, name)).toEqual([]);
  await queue.webhooks.recordAttempt(first, { delivered: true, httpStatus: 200 });
  await queue.webhooks.recordAttempt(second, { delivered: false, problem: "a stop in between" });
  expect(await queue.webhooks.deliveries(name)).toMatchObject([{ state: "delivered", problem: null }]);
});

test("of two failures that are told at once, both count", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  for (const _ of [1, 2]) await line.add("finished");
  const [one, other] = (await taken(database, name)).map(
    ({ message_id: id, attempt }) => `
    select deploy_queue.record_webhook_attempt(${id}, ${attempt}, false, problem => 'away')`,
  );
  const [first, second] = [await openSession(database), await openSession(database)];
  await first.begin();
  await first.sql.unsafe(one ?? "");
  const sent = send(second, other ?? "");
  expect(await reaction(second, first, sent)).toBe("waits");
  await first.commit();
  expect(await sent.end).toBe("ok");
  expect(await database.sql`select failures from deploy_queue.webhooks where name = ${name}`).toEqual([
    { failures: 2 },
  ]);
});
