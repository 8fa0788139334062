import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { queue, sql } = database;
const line = newLine(database);

test("of a deployment the first comes alone, and the next once that is delivered", async () => {
  const { name } = await newWebhook(database);
  const id = await line.add("finished");
  const [started, ...more] = await taken(database, name);
  if (started === undefined) throw new Error("nothing is due");
  expect(more).toEqual([]);
  expect(started.body).toMatchObject({
    type: "deployment.started",
    timestamp: expect.any(String),
    data: { kind: "started", environment: "dev", cell_index: 0, deployment: { id, component: "api" } },
  });
  expect(await taken(database, name)).toEqual([]);
  await queue.webhooks.recordAttempt(started, { delivered: true, httpStatus: 200 });
  expect(await taken(database, name)).toMatchObject([{ body: { type: "deployment.finished" } }]);
});

test("what a dead worker has taken is due again after a minute, with the same id", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  await line.add("finished");
  const [first] = await taken(database, name);
  expect(await taken(database, name)).toEqual([]);
  await database.advance("61 seconds");
  const [again] = await taken(database, name);
  expect(again).toMatchObject({ message_uid: first?.message_uid, attempt: 2 });
  expect(first?.message_uid).toMatch(/^msg_[0-9a-f]{12}_\d+$/);
});

test("two workers that ask at once never get the same message", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  for (let count = 0; count < 6; count += 1) await line.add("finished");
  const queues = [0, 1, 2, 3].map(() => database.openQueue());
  const given = (await Promise.all(queues.map((worker) => worker.webhooks.next()))).flat();
  const ids = given.filter((message) => message.name === name).map(({ message_id }) => message_id);
  expect(new Set(ids).size).toBe(ids.length);
  // So many at once of one webhook, however many workers there are.
  expect(ids).toHaveLength(4);
});

test("a receiver that has failed is asked with one message at a time", async () => {
  const { name } = await newWebhook(database, { events: ["started"] });
  for (let count = 0; count < 3; count += 1) await line.add("finished");
  const [first, ...others] = await taken(database, name);
  if (first === undefined) throw new Error("nothing is due");
  await queue.webhooks.recordAttempt(first, { delivered: false, problem: "away" });
  for (const other of others) await queue.webhooks.recordAttempt(other, { delivered: false, problem: "away" });
  await database.advance("10 seconds");
  expect(await taken(database, name)).toHaveLength(1);
});

test("later messages get the thread of the first one of their deployment, and only theirs", async () => {
  const { name } = await newWebhook(database, { preset: "slack-bot", channel: "C1", credential: "xoxb-1" });
  await line.add("finished");
  const [started] = await taken(database, name);
  if (started === undefined) throw new Error("nothing is due");
  expect(started.thread).toBeNull();
  await queue.webhooks.recordAttempt(started, { delivered: true, httpStatus: 200, thread: "1700.1" });
  await line.add("finished");
  const next = await taken(database, name);
  expect(next.map(({ body, thread }) => [body.data.kind, thread]).sort()).toEqual([
    ["finished", "1700.1"],
    ["started", null],
  ]);
});

test("a body has no command, since commands may hold secrets", async () => {
  const { name } = await newWebhook(database, { events: ["enqueued"] });
  await database.enqueue({ hold: "outside", command: ["deploy", "--password", "hunter2"] });
  expect(JSON.stringify(await taken(database, name))).not.toContain("hunter2");
});

test("history that is removed leaves what was not delivered", async () => {
  await queue.environments.set("short", { retention: 86_400 });
  const { name } = await newWebhook(database, { environments: ["short"], events: ["cancelled"] });
  const id = await newLine(database, "short").add("cancelled");
  await database.advance("2 days");
  while ((await queue.upkeep.pruneHistory()) > 0);
  expect(await sql`select from deploy_queue.deployments where id = ${id}`).toHaveLength(0);
  expect(await taken(database, name)).toMatchObject([{ body: { data: { kind: "cancelled", deployment: { id } } } }]);
});
