import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;
const assert = (id: number) => sql<{ id: number }[]>`select * from deploy_queue.assert(deployment_id => ${id})`;

test.for([true, false])("a running deployment holds its cell (kept: %s)", async (heartbeat) => {
  const id = await newLine(database).add("running", { heartbeat });
  expect(await assert(id)).toMatchObject([{ id }]);
});

test("a deployment without a lease holds its cell for any time", async () => {
  const id = await newLine(database).add("running");
  await database.advance("1 year");
  expect(await assert(id)).toMatchObject([{ id }]);
});

test("a queued deployment is refused with QD038", async () => {
  const id = await newLine(database).add("queued");
  await expect(assert(id)).rejects.toMatchObject({
    code: "QD038",
    message: `deployment ${id} (api) does not hold its cell: it is queued`,
  });
});

test("a deployment that is being stopped is refused with QD038", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  await queue.cancel(id);
  await expect(assert(id)).rejects.toMatchObject({
    code: "QD038",
    message: `deployment ${id} (api) does not hold its cell: it is being stopped`,
  });
});

test("a deployment whose lease is over is refused with QD038 before it is reaped", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  await database.advance("15 minutes 1 second");
  expect((await queue.deployment(id)).status).toBe("running");
  await expect(assert(id)).rejects.toMatchObject({
    code: "QD038",
    message: expect.stringContaining("its keeper sent no heartbeat since"),
  });
});

test.for([
  ["finished", "QD006"],
  ["cancelled", "QD005"],
] as const)("a %s deployment is refused with %s", async ([state, code]) => {
  const id = await newLine(database).add(state);
  await expect(assert(id)).rejects.toMatchObject({ code });
});

test("an unknown deployment is refused with QD001", async () => {
  await expect(assert(987654)).rejects.toMatchObject({ code: "QD001" });
});
