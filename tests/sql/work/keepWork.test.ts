import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { openSession } from "../../support/session.js";
import { newTarget } from "../../support/targets.js";

const database = useDatabase();
const { queue, sql } = database;
const commands = ["true"];

async function served() {
  const target = newTarget();
  await queue.work.register(target.target, [target]);
  return { name: target.target, target, submit: () => queue.work.submit({ target: target.target, commands }) };
}

test("what waits for an agent that is there is not reaped, however long it waits", async () => {
  const { name, submit, target } = await served();
  const blocker = await database.enqueue({ region: target.region, component: "other" });
  await queue.tryStart(blocker.id);
  const { deployment } = await submit();
  for (const _ of [1, 2, 3]) {
    await database.advance("10 minutes");
    expect(await queue.work.keep(name)).toBe(30_000);
  }
  await queue.upkeep.reapStaleDeployments();
  expect(await queue.deployment(deployment.id)).toMatchObject({ status: "queued" });
});

test("it reaps the dead that its work waits for", async () => {
  const { name, submit, target } = await served();
  const holder = await database.enqueue({ region: target.region, component: "other", heartbeat: true });
  await queue.tryStart(holder.id, { heartbeat: true });
  const { deployment } = await submit();
  await database.advance("10 minutes");
  await queue.work.keep(name);
  await database.advance("10 minutes");
  expect(await queue.work.take(name, "k")).toEqual({});
  await queue.work.keep(name);
  expect(await queue.deployment(holder.id)).toMatchObject({ cancellation_kind: "reaped" });
  expect((await queue.work.take(name, "k")).work?.deployment.id).toBe(deployment.id);
});

test("it is called again when a lease in a cell of its targets ends, and reaps there, also where nothing waits", async () => {
  const { name, submit } = await served();
  const { deployment } = await submit();
  await queue.work.take(name, "killed before its first heartbeat", { firstBeatWithin: 20_000 });
  const again = await queue.work.keep(name);
  expect(again).toBeGreaterThan(15_000);
  expect(again).toBeLessThanOrEqual(20_000);
  await database.advance("21 seconds");
  await queue.work.keep(name);
  expect(await queue.deployment(deployment.id)).toMatchObject({ cancellation_kind: "reaped" });
});

test("a deployment that another session has locked does not hold up the others", async () => {
  const { name, submit } = await served();
  const { deployment } = await submit();
  const { deployment: other } = await submit();
  const session = await openSession(database);
  await session.begin();
  await session.sql`select from deploy_queue.deployments where id = ${deployment.id} for update`;
  await database.advance("1 minute");
  expect(await queue.work.keep(name)).toBe(1_000);
  await session.rollback();
  const rows = await sql<{ id: number; kept: boolean }[]>`
    select id, heartbeat_timestamp > deploy_queue._now() - interval '30 seconds' as kept from deploy_queue.deployments
    where id in (${deployment.id}, ${other.id}) order by id`;
  expect(rows.map(({ kept }) => kept)).toEqual([false, true]);
});

test("what no target of the agent is for is not kept, and neither is what waits for a target that has moved", async () => {
  const { name, submit, target } = await served();
  const { deployment } = await submit();
  await queue.work.register(name, [{ ...target, cell_index: 7 }]);
  expect(await queue.work.take(name, "k")).toEqual({});
  await database.advance("10 minutes");
  await queue.work.keep(name);
  await database.advance("10 minutes");
  await queue.upkeep.reapStaleDeployments();
  expect(await queue.deployment(deployment.id)).toMatchObject({ cancellation_kind: "reaped" });
});

test("what is staged for a target gets no lease", async () => {
  const { name } = await served();
  const { deployment } = await queue.work.submit({ target: name, commands, hold: "outside" });
  await queue.work.keep(name);
  expect(await sql`select alive_until from deploy_queue.deployments where id = ${deployment.id}`).toEqual([
    { alive_until: null },
  ]);
});

test("an agent that has registered nothing is refused", async () => {
  await expect(queue.work.keep("stranger")).rejects.toMatchObject({ code: "QD123" });
  await expect(queue.work.take("stranger", "k")).rejects.toMatchObject({ code: "QD123" });
});
