import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const notices: string[] = [];
const database = useDatabase();
const { queue } = database;
const sql = database.connect({ onNotice: ({ message }) => notices.push(String(message)) });

test.for(["queued", "running"] as const)("a %s deployment is cancelled", async (state) => {
  const id = await newLine(database).add(state);
  const [row] = await sql`select * from deploy_queue.cancel(deployment_id => ${id}, cancellation_note => 'no')`;
  expect(row).toMatchObject({
    id,
    finish_timestamp: null,
    cancellation_timestamp: expect.any(Date),
    cancellation_note: "no",
  });
});

test("the note is optional", async () => {
  const id = await newLine(database).add("queued");
  expect(await queue.cancel(id)).toMatchObject({ cancellation_note: null });
});

test("cancelling twice is fine, keeps the first note and says so", async () => {
  const id = await newLine(database).add("running");
  const first = await queue.cancel(id, "first");
  const [second] = await sql`select * from deploy_queue.cancel(${id}, 'second')`;
  expect(second).toEqual(first);
  expect(notices).toEqual([`deployment ${id} (api) is already cancelled`]);
});

test("a finished deployment is refused with QD006", async () => {
  const id = await newLine(database).add("finished");
  await expect(sql`select deploy_queue.cancel(${id})`).rejects.toMatchObject({
    code: "QD006",
    message: expect.stringContaining(`deployment ${id} (api) finished at`),
  });
});

test("an unknown deployment is refused with QD001", async () => {
  await expect(sql`select deploy_queue.cancel(987654)`).rejects.toMatchObject({ code: "QD001" });
});

test("queued_only cancels a queued deployment, and a second time leaves it as it is", async () => {
  const id = await newLine(database).add("queued");

  const first = await queue.cancel(id, "not needed", { queuedOnly: true });

  expect(first).toMatchObject({ cancellation_kind: "cancelled", cancellation_note: "not needed" });
  expect(await queue.cancel(id, "again", { queuedOnly: true })).toEqual(first);
});

test.for([false, true])("queued_only refuses a running deployment with QD076, with a keeper: %s", async (heartbeat) => {
  const id = await newLine(database).add("running", { heartbeat });

  await expect(sql`select deploy_queue.cancel(${id}, queued_only => true)`).rejects.toMatchObject({
    code: "QD076",
    message: expect.stringContaining(`deployment ${id} (api) is not queued any more: it started at `),
  });

  expect(await queue.deployment(id)).toMatchObject({ status: "running", stop_timestamp: null });
});

test("queued_only refuses a finished deployment with QD006", async () => {
  const id = await newLine(database).add("finished");
  await expect(sql`select deploy_queue.cancel(${id}, queued_only => true)`).rejects.toMatchObject({ code: "QD006" });
});

test("queued_only refuses a deployment that another session starts at the same time", async () => {
  const id = await newLine(database).add("queued");
  const starter = await openSession(database);
  const canceller = await openSession(database);
  await starter.begin();
  await starter.sql`select from deploy_queue.try_start(${id})`;

  const cancelled = outcome(canceller.sql`select deploy_queue.cancel(${id}, queued_only => true)`);
  await untilBlocked(database, canceller, starter);
  await starter.commit();

  expect(await cancelled).toBe("QD076");
  expect(await queue.deployment(id)).toMatchObject({ status: "running", stop_timestamp: null });
});
