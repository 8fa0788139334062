import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const notices: string[] = [];
const database = useDatabase();
const { queue } = database;
const sql = database.connect({ onNotice: ({ message }) => notices.push(String(message)) });

test.for([true, false])("ends a running deployment at once, without a buffer (kept: %s)", async (heartbeat) => {
  const line = newLine(database, "prod");
  const id = await line.add("running", { heartbeat });
  const next = await line.add("queued");
  expect(await queue.fail(id, "exit code 3")).toMatchObject({
    finish_timestamp: null,
    stop_timestamp: null,
    cancellation_note: "exit code 3",
    cancellation_kind: "failed",
  });
  expect((await queue.deployment(id)).status).toBe("failed");
  expect((await queue.tryStart(next)).started).toBe(true);
  expect(
    await sql`select kind, from_state, to_state, reason from deploy_queue.deployment_events
      where deployment_id = ${id} order by id desc limit 1`,
  ).toEqual([{ kind: "failed", from_state: "running", to_state: "failed", reason: "exit code 3" }]);
});

test("ends a deployment that is being stopped", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  await queue.cancel(id, "wrong version");
  await queue.fail(id, "exit code 143");
  expect((await queue.deployment(id)).status).toBe("failed");
});

test("failing twice is fine and says so", async () => {
  const id = await newLine(database).add("running");
  const failed = await queue.fail(id, "no");
  const [row] = await sql`select * from deploy_queue.fail(${id}, 'late')`;
  expect(row).toEqual(failed);
  expect(notices).toEqual([`deployment ${id} (api) has already failed`]);
});

test("a cancelled one is refused with QD005", async () => {
  const id = await newLine(database).add("running");
  await queue.cancel(id, "no");
  await expect(sql`select deploy_queue.fail(${id})`).rejects.toMatchObject({ code: "QD005" });
});

test("a queued deployment is refused with QD004", async () => {
  const id = await newLine(database).add("queued");
  await expect(sql`select deploy_queue.fail(${id})`).rejects.toMatchObject({
    code: "QD004",
    message: `deployment ${id} (api) is queued; it cannot fail before it started`,
  });
});

test("a finished deployment is refused with QD006", async () => {
  const id = await newLine(database).add("finished");
  await expect(sql`select deploy_queue.fail(${id})`).rejects.toMatchObject({ code: "QD006" });
});

test("an unknown deployment is refused with QD001", async () => {
  await expect(sql`select deploy_queue.fail(987654)`).rejects.toMatchObject({ code: "QD001" });
});
