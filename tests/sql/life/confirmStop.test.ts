import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const notices: string[] = [];
const database = useDatabase();
const { queue } = database;
const sql = database.connect({ onNotice: ({ message }) => notices.push(String(message)) });
const confirm = (id: number) => sql`select * from deploy_queue.confirm_stop(deployment_id => ${id})`;

test("the keeper's word cancels a deployment that was asked to stop, with the note of the request", async () => {
  const line = newLine(database);
  const id = await line.add("running", { heartbeat: true });
  const next = await line.add("queued");
  await queue.cancel(id, "wrong version");
  expect(await confirm(id)).toMatchObject([
    {
      finish_timestamp: null,
      cancellation_timestamp: expect.any(Date),
      cancellation_note: "wrong version",
      cancellation_kind: "stopped",
    },
  ]);
  expect((await queue.deployment(id)).status).toBe("cancelled");
  expect((await queue.tryStart(next)).started).toBe(true);
  expect(
    await sql`select kind, from_state, to_state, reason, detail from deploy_queue.deployment_events
      where deployment_id = ${id} order by id desc limit 2`,
  ).toEqual([
    {
      kind: "cancelled",
      from_state: "stopping",
      to_state: "cancelled",
      reason: "wrong version",
      detail: { how: "stopped" },
    },
    { kind: "stopping", from_state: "running", to_state: "stopping", reason: "wrong version", detail: null },
  ]);
});

test("confirming twice is fine and says so", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  await queue.cancel(id);
  const first = await confirm(id);
  expect(await confirm(id)).toEqual(first);
  expect(notices).toEqual([`deployment ${id} (api) is already cancelled`]);
});

test.for(["queued", "running"] as const)("a %s deployment that was not asked is refused with QD037", async (state) => {
  const id = await newLine(database).add(state, { heartbeat: true });
  await expect(confirm(id)).rejects.toMatchObject({
    code: "QD037",
    message: `deployment ${id} (api) was not asked to stop`,
  });
});

test("is refused with QD006 when a finish was faster", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  await queue.cancel(id);
  await queue.finish(id);
  await expect(confirm(id)).rejects.toMatchObject({ code: "QD006" });
});

test("an unknown deployment is refused with QD001", async () => {
  await expect(confirm(987654)).rejects.toMatchObject({ code: "QD001" });
});
