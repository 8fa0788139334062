import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

test("is what happened to one deployment, in order", async () => {
  const line = newLine(database);
  const first = await line.add("running");
  const second = await line.add("queued");
  await queue.tryStart(second);
  await queue.finish(first);
  await queue.tryStart(second);
  await queue.cancel(second, "why not");

  const events = await queue.history.of(second);

  expect(events.map(({ kind, from_state, to_state, reason }) => [kind, from_state, to_state, reason])).toEqual([
    ["enqueued", null, "queued", null],
    ["refused", "queued", null, `deployment ${first} (api) is running`],
    ["woken", "queued", null, null],
    ["started", "queued", "running", null],
    ["cancelled", "running", "cancelled", "why not"],
  ]);
});

test("of an unknown deployment is refused with QD001", async () => {
  await expect(sql`select deploy_queue.history(123456789)`).rejects.toMatchObject({ code: "QD001" });
});

test("has one refusal, however often a waiter looks", async () => {
  const line = newLine(database);
  await line.add("running");
  const ahead = await line.add("queued");
  const id = await line.add("queued");
  for (let look = 0; look < 5; look++) await queue.tryStart(id);
  await queue.cancel(ahead);
  await queue.tryStart(id);

  const events = await queue.history.of(id);
  expect(events.map(({ kind }) => kind)).toEqual(["enqueued", "refused"]);
});

test("names five reasons of a refusal, and how many more there were", async () => {
  const line = newLine(database);
  for (let place = 0; place < 7; place++) await line.add("queued");
  const id = await line.add("queued");
  await queue.tryStart(id);
  expect((await queue.history.of(id)).at(-1)?.reason).toMatch(
    /^(?:deployment \d+ \(api\) is ahead in the line; ){5}and 2 more$/,
  );
});

test("has no refusal when it started at the first look", async () => {
  const id = await newLine(database).add("finished");
  expect((await queue.history.of(id)).map(({ kind }) => kind)).toEqual(["enqueued", "started", "finished"]);
});
