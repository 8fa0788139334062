import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newOrderedLine } from "../../support/orderedLine.js";

const database = useDatabase();
const { sql } = database;

test("a change of the policies of a component is an event that names it", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', slots => 1)`;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', slots => 2)`;
  const events = await sql`
    select component, reason from deploy_queue.deployment_events
    where kind = 'configured' and environment = ${line.environment} and component is not null order by id`;
  expect(events).toEqual([
    { component: "api", reason: "component_policies added: component api, slots 1" },
    { component: "api", reason: "component_policies changed: slots from 1 to 2" },
  ]);
});

test("what is not given stays, and what it is to demand no longer follows the environment again", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', buffer_time => '5 minutes', slots => 2)`;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', ordering => 'latest')`;
  const [row] = await sql`
    select buffer_time::text, slots, ordering from deploy_queue.set_component(${line.environment}, 'api', without => '{slots}')`;
  expect(row).toEqual({ buffer_time: "00:05:00", slots: null, ordering: "latest" });
});

test("a component has the buffer of its own, and the others that of the environment", async () => {
  const line = newOrderedLine(database, { buffer_time: "10 minutes" });
  await line.ready;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', buffer_time => '30 minutes')`;
  await line.enter("api");
  await line.enter("web", { component: "web" });
  await line.enter("next", { component: "web" });
  await line.start("api");
  await line.finish("api");
  await database.advance("11 minutes");
  expect(await line.state("api")).toBe("buffering");
  expect(await line.start("web")).toBe("buffer api");
  await database.advance("20 minutes");
  expect(await line.start("web")).toBe("started");
  await line.finish("web");
  await database.advance("11 minutes");
  expect(await line.start("next")).toBe("started");
});

test("a lease lasts as long as the component says, and its keeper is told of a change", async () => {
  const line = newOrderedLine(database, { heartbeat_timeout: "15 minutes" });
  await line.ready;
  await line.enter("a", { heartbeat: true });
  const seconds = async () =>
    (
      await sql<{ seconds: number }[]>`
        select extract(epoch from alive_until - heartbeat_timestamp)::integer as seconds
        from deploy_queue.deployments where id = ${line.id("a")}`
    )[0]?.seconds;
  expect(await seconds()).toBe(900);
  const heard: string[] = [];
  const ear = database.connect({ onNotify: (_, payload) => heard.push(payload) });
  await ear.unsafe(`listen deploy_queue_deployment_${line.id("a")}`);
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', heartbeat_timeout => '30 seconds')`;
  await sql`select from deploy_queue.heartbeat(${line.id("a")})`;
  expect(await seconds()).toBe(30);
  await expect.poll(() => heard).toEqual(["policy"]);
});

test("a component that runs for longer than its own maximum is reaped", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', max_duration => '5 minutes')`;
  await line.enter("a");
  await line.enter("b");
  await line.start("a");
  await database.advance("6 minutes");
  expect(await line.start("b")).toBe("started");
  expect(await line.state("a")).toMatch(/reaped: .*it ran for longer than 00:05:00$/);
});

test("a shorter buffer wakes the head that waits for it", async () => {
  const line = newOrderedLine(database, { buffer_time: "10 minutes" });
  await line.ready;
  await line.enter("a");
  await line.enter("b");
  await line.start("a");
  await line.finish("a");
  const woken = async () =>
    (await sql`select from deploy_queue.deployment_events where kind = 'woken' and deployment_id = ${line.id("b")}`)
      .length;
  const before = await woken();
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', buffer_time => '1 minute')`;
  expect(await woken()).toBe(before + 1);
});

test("changes are recorded", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', slots => 2)`;
  const [event] = await sql`
    select environment, reason from deploy_queue.deployment_events where kind = 'configured' order by id desc limit 1`;
  expect(event).toEqual({
    environment: line.environment,
    reason: "component_policies added: component api, slots 2",
  });
});

test("an unknown environment is refused", async () => {
  await expect(sql`select from deploy_queue.set_component('nowhere', 'api')`).rejects.toMatchObject({ code: "QD002" });
});
