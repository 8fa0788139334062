import { beforeAll, expect, test } from "vitest";
import { LostContactError } from "../../src/queue/errors.js";
import type { Queue } from "../../src/queue/queue.js";
import { type Outcome, type Running, runDeployment } from "../../src/queue/run.js";
import { useDatabase } from "../support/database.js";
import { openSession } from "../support/session.js";
import { until } from "../support/until.js";

const database = useDatabase();

// A heartbeat a second.
beforeAll(() => database.queue.environments.set("often", { heartbeatTimeout: 3 }));

let regions = 0;

/** Work that goes on until it is told to end, or until `done` is called. */
async function work() {
  const queue: Queue = database.openQueue();
  const request = { environment: "often", cloudProvider: "aws", region: `lost-${regions++}`, cellIndex: 0 };
  let running: Running | undefined;
  let done = (): void => undefined;
  const end = runDeployment(
    queue,
    { ...request, component: "api" },
    (begun) => {
      running = begun;
      return new Promise<Outcome<string>>((resolve) => {
        done = () => resolve({ result: "done", failure: undefined });
        begun.stop.addEventListener("abort", () => resolve({ result: "stopped", failure: "stopped" }));
      });
    },
    {},
  );
  const { deployment, stop } = await until("it works", () => running);
  return { id: deployment.id, region: request.region, stop, end, done: () => done() };
}

/** What a promoted standby does not have. `then` happens before a heartbeat sees it. */
async function lose(statement: string, then?: string): Promise<void> {
  const session = await openSession(database);
  await session.begin();
  await session.sql`set local session_replication_role = replica`;
  await session.sql.unsafe(statement);
  await session.sql`set local session_replication_role = origin`;
  if (then !== undefined) await session.sql.unsafe(then);
  await session.commit();
}

test("work whose start was lost in a fail-over starts again where nothing has started meanwhile", async () => {
  const { id, end, done } = await work();
  await lose(`update deploy_queue.deployments set start_timestamp = null where id = ${id}`);
  await until("it runs again", async () => (await database.queue.deployment(id)).status === "running");
  done();
  expect(await end).toMatchObject({ result: "done", end: { how: "finished" } });
});

test("work whose start was lost ends when another deployment has started meanwhile, and leaves the line", async () => {
  const { id, region, end } = await work();
  await lose(
    `update deploy_queue.deployments set start_timestamp = null where id = ${id}`,
    `select from deploy_queue.enqueue('often', 'aws', '${region}', 0, 'other', priority => 1, start => true)`,
  );
  expect(await end).toMatchObject({ result: "stopped", end: { how: "untold", error: expect.any(LostContactError) } });
  expect(await database.queue.deployment(id)).toMatchObject({ status: "cancelled" });
});

test("work whose deployment was lost ends, and touches no other deployment that has its number now", async () => {
  const { id, end } = await work();
  await lose(`update deploy_queue.deployments set keeper = 'of another', component = 'other' where id = ${id}`);
  expect(await end).toMatchObject({ result: "stopped", end: { how: "untold", error: expect.any(LostContactError) } });
  expect(await database.queue.deployment(id)).toMatchObject({ status: "running", component: "other" });

  const gone = await work();
  await lose(`delete from deploy_queue.deployments where id = ${gone.id}`);
  expect(await gone.end).toMatchObject({
    result: "stopped",
    end: { how: "untold", error: expect.any(LostContactError) },
  });
});

test("work that ends before a heartbeat notices that its deployment was lost ends no other one that has its number", async () => {
  const { id, end, done } = await work();
  await lose(`update deploy_queue.deployments set keeper = 'of another', component = 'other' where id = ${id}`);
  done();
  expect(await end).toMatchObject({ result: "done", end: { how: "untold", error: expect.any(LostContactError) } });
  expect(await database.queue.deployment(id)).toMatchObject({ status: "running", component: "other" });
});
