import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newOrderedLine } from "../../support/orderedLine.js";

const database = useDatabase();
const { sql } = database;

const slotOf = async (id: number) =>
  (await sql<{ slot: number }[]>`select slot from deploy_queue.deployments where id = ${id}`)[0]?.slot;

const wokenOf = async (environment: string) =>
  (
    await sql<{ component: string }[]>`
      select deployments.component from deploy_queue.deployment_events as events
      join deploy_queue.deployments on deployments.id = events.deployment_id
      where events.kind = 'woken' and deployments.environment = ${environment} order by events.id`
  ).map(({ component }) => component);

test("a cell with three slots has room for three without a common key, each in a slot of its own", async () => {
  const line = newOrderedLine(database, { slots: 3 });
  await line.ready;
  for (const name of ["a", "b", "c", "d"]) await line.enter(name);
  expect(await line.start("d")).toBe("queued a, queued b, queued c");
  expect(await line.start("c")).toBe("started");
  expect(await line.start("a")).toBe("started");
  expect(await line.start("b")).toBe("started");
  expect(await line.start("d")).toBe("running a, running b, running c");
  expect([await slotOf(line.id("c")), await slotOf(line.id("a")), await slotOf(line.id("b"))]).toEqual([1, 2, 3]);
  await line.finish("a");
  expect(await line.start("d")).toBe("started");
  expect(await slotOf(line.id("d"))).toBe(2);
});

test("those with a common key share one slot", async () => {
  const line = newOrderedLine(database, { slots: 2 });
  await line.ready;
  await line.enter("a", { concurrency_key: "k" });
  await line.enter("b", { concurrency_key: "k" });
  await line.enter("c");
  await line.enter("d");
  for (const name of ["a", "b", "c"]) expect(await line.start(name)).toBe("started");
  expect(await slotOf(line.id("a"))).toBe(await slotOf(line.id("b")));
  await line.finish("a");
  expect(await line.start("d")).toBe("running b, running c");
});

test("a buffering deployment occupies its slot, and leaves the others alone", async () => {
  const line = newOrderedLine(database, { slots: 2, buffer_time: "10 minutes" });
  await line.ready;
  for (const name of ["a", "b", "c", "d"]) await line.enter(name);
  await line.start("a");
  await line.start("b");
  await line.finish("a");
  expect(await line.start("c")).toBe("buffer a, running b");
  await database.advance("11 minutes");
  expect(await line.start("c")).toBe("started");
});

test("a wait for one of several slots ends when the first of them is free", async () => {
  const line = newOrderedLine(database, { slots: 2, buffer_time: "10 minutes" });
  await line.ready;
  for (const name of ["a", "b", "c"]) await line.enter(name);
  await line.start("a");
  await line.start("b");
  await line.finish("a");
  const [row] = await sql<{ seconds: number }[]>`
    select extract(epoch from max(until) - deploy_queue._now())::integer as seconds
    from deploy_queue.waiting_on(${line.id("c")}) having count(until) = count(*)`;
  expect(row?.seconds).toBeGreaterThan(590);
  expect(await wokenOf(line.environment)).toHaveLength(1);
});

test("fewer slots disturb nobody who runs, and count what is occupied", async () => {
  const line = newOrderedLine(database, { slots: 3 });
  await line.ready;
  for (const name of ["a", "b", "c", "d"]) await line.enter(name);
  for (const name of ["a", "b", "c"]) await line.start(name);
  await sql`select from deploy_queue.set_environment(${line.environment}, slots => 2)`;
  await line.finish("a");
  expect(await line.start("d")).toBe("running b, running c");
  await line.finish("b");
  expect(await line.start("d")).toBe("started");
  expect(await slotOf(line.id("d"))).toBe(1);
});

test("as many heads are woken as slots become free", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  for (const name of ["a", "b", "c", "d", "e"]) await line.enter(name, { component: name });
  await line.start("a");
  await sql`select from deploy_queue.set_environment(${line.environment}, slots => 3)`;
  expect(await wokenOf(line.environment)).toEqual(["b", "c"]);
});

test.for([
  ["queue", "cancel_version('api', 'of-both')"],
  ["hold", "cancel_version('api', 'of-both')"],
  ["hold", "reap_stale_deployments()"],
] as const)("a head is woken when those that %s before it end together, by %s", async ([how, call]) => {
  const line = newOrderedLine(database, { slots: 2 });
  await line.ready;
  for (const name of ["a", "b"]) await line.enter(name, { version: "of-both", max_duration: "10 minutes" });
  if (how === "hold") for (const name of ["a", "b"]) await line.start(name);
  await line.enter("c", { component: "web" });
  await line.start("c");
  if (call === "reap_stale_deployments()") await database.advance("11 minutes");
  await sql.unsafe(`select from deploy_queue.${call}`);
  expect(await wokenOf(line.environment)).toEqual(["web"]);
});

test("an end wakes nobody for whom a slot was free already, and more slots neither", async () => {
  const line = newOrderedLine(database, { slots: 2 });
  await line.ready;
  for (const name of ["a", "b", "c"]) await line.enter(name, { component: name });
  await line.start("a");
  await line.finish("a");
  await sql`select from deploy_queue.set_environment(${line.environment}, slots => 3)`;
  expect(await wokenOf(line.environment)).toEqual(["c"]);
});

test("a release in the line wakes no waiter that it keeps waiting for as long as before", async () => {
  const line = newOrderedLine(database, { slots: 2 });
  await line.ready;
  await line.enter("a", { component: "a", valid_for: "5 minutes" });
  await line.enter("b", { component: "b", hold: "in-line" });
  await line.enter("c", { component: "c" });
  await sql`select from deploy_queue.release(${line.id("b")})`;
  expect(await line.start("c")).toBe("queued a, queued b");
  expect(await wokenOf(line.environment)).not.toContain("c");
});

test.for([1, 2])("a bump among those behind a reservation in a cell with %d slots wakes no waiter", async (slots) => {
  const line = newOrderedLine(database, { slots });
  await line.ready;
  await line.enter("a", { component: "a", valid_for: "4 minutes" });
  await line.enter("b", { component: "b", valid_for: "5 minutes" });
  await line.enter("c", { component: "c" });
  for (const name of ["b", "a", "c"]) await sql`select from deploy_queue.bump(${line.id(name)}, 'test', 1)`;
  expect(await line.start("c")).toBe("queued a, queued b");
  expect(await wokenOf(line.environment)).toEqual([]);
});

test("what shares the key of what buffers takes its slot", async () => {
  const line = newOrderedLine(database, { slots: 2, buffer_time: "10 minutes" });
  await line.ready;
  await line.enter("a");
  await line.enter("b", { concurrency_key: "k" });
  await line.start("a");
  await line.start("b");
  await line.finish("a");
  await line.finish("b");
  await line.enter("c", { concurrency_key: "k" });
  expect(await line.start("c")).toBe("started");
  expect(await slotOf(line.id("c"))).toBe(2);
});

test("a component that runs in more slots than it may now keeps them", async () => {
  const line = newOrderedLine(database, { slots: 2 });
  await line.ready;
  for (const name of ["a", "b"]) {
    await line.enter(name);
    await line.start(name);
  }
  await line.enter("c", { component: "web" });
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', slots => 1)`;
  expect(await line.start("c")).toBe("running a, running b");
});

test("a cell may have more slots than its environment gives, and a component fewer", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a");
  await sql`select from deploy_queue.set_cell(${line.environment}, 'aws', 'here', 1, 3)`;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', slots => 1)`;
  await line.enter("b");
  await line.enter("c", { component: "web" });
  await line.enter("d", { component: "jobs" });
  await line.enter("e", { component: "more" });
  expect(await line.start("a")).toBe("started");
  expect(await line.start("b")).toBe("running a");
  // One that waits for its component keeps no other component waiting.
  expect(await line.start("c")).toBe("started");
  expect(await line.start("d")).toBe("started");
  expect(await line.start("e")).toBe("running a, running c, running d");
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', without => '{slots}')`;
  await line.finish("c");
  expect(await line.start("e")).toBe("running a, queued b, running d");
  expect(await line.start("b")).toBe("started");
});

test("no plain statement puts two into one slot", async () => {
  const line = newOrderedLine(database, { slots: 2 });
  await line.ready;
  await line.enter("a");
  await line.start("a");
  await line.enter("b");
  await expect(sql`update deploy_queue.deployments set slot = 2 where id = ${line.id("b")}`).rejects.toThrow("slot");
});

test("predictions play the slots", async () => {
  const line = newOrderedLine(database, { slots: 2 });
  await line.ready;
  for (let round = 0; round < 2; round++) {
    await line.enter("old");
    await line.start("old");
    await database.advance("10 minutes");
    await line.finish("old");
  }
  for (const name of ["a", "b", "c", "d", "e"]) await line.enter(name);
  await line.start("a");
  await line.start("b");
  const rows = await sql<{ minutes: number }[]>`
    select round(extract(epoch from predicted_start - as_of) / 60)::integer as minutes
    from deploy_queue.queue where environment = ${line.environment} order by "position"`;
  expect(rows.map(({ minutes }) => minutes)).toEqual([10, 10, 20]);
});

test.for([0, 101])("%d slots are refused", async (slots) => {
  await expect(sql`select from deploy_queue.set_environment('dev', slots => ${slots})`).rejects.toMatchObject({
    code: "23514",
  });
});

test("a part of the work of a holder may take another slot, and nobody gives way for one of several", async () => {
  const line = newOrderedLine(database, { slots: 2 });
  await line.ready;
  const parent = await line.enter("parent");
  await line.start("parent");
  await line.enter("part", { parent_id: parent });
  expect(await line.start("part")).toBe("started");
  await line.enter("other part", { parent_id: parent });
  expect(await line.start("other part")).toBe("running parent, running part");
  expect(await line.state("other part")).toBe("queued");
});

test("a waiter reads which slots are taken, and of how many", async () => {
  const line = newOrderedLine(database, { slots: 2 });
  await line.ready;
  for (const name of ["a", "b", "c"]) {
    await line.enter(name);
    await line.start(name);
  }
  const reasons = await sql<{ text: string }[]>`select text from deploy_queue.waiting_on(${line.id("c")})`;
  expect(reasons.map(({ text }) => text)).toEqual([
    `deployment ${line.id("a")} (api) in slot 1 of 2 is running`,
    `deployment ${line.id("b")} (api) in slot 2 of 2 is running`,
  ]);
  const rows = await sql<{ slot: number | null }[]>`
    select (blocker->>'slot')::integer as slot
    from deploy_queue.forecast(${line.id("c")}), jsonb_array_elements(blockers) as blocker`;
  expect(rows.map(({ slot }) => slot)).toEqual([1, 2]);
});

test("a forecast plays the limit of a component, which keeps no other one waiting", async () => {
  const line = newOrderedLine(database, { slots: 3 });
  await line.ready;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', slots => 1)`;
  await line.enter("a");
  await line.start("a");
  await line.enter("b");
  await line.enter("c");
  await line.enter("d", { component: "web" });
  const forecasts = await sql<
    { component: string; blocker_count: number; slots: number; component_slots: number | null }[]
  >`
    select component, blocker_count, slots, component_slots from deploy_queue.queue
    where environment = ${line.environment} order by "position"`;
  expect(forecasts).toEqual([
    { component: "api", blocker_count: 1, slots: 3, component_slots: 1 },
    { component: "api", blocker_count: 2, slots: 3, component_slots: 1 },
    { component: "web", blocker_count: 0, slots: 3, component_slots: null },
  ]);
  expect(await line.preflight({})).toEqual({ position: 4, blockers: "running, queued, queued" });
  expect(await line.preflight({ component: "dns" })).toEqual({ position: 4, blockers: "" });
});

test("a forecast lets those of a component with a limit follow each other in its slots", async () => {
  const line = newOrderedLine(database, { slots: 3 });
  await line.ready;
  await sql`select from deploy_queue.set_component(${line.environment}, 'api', slots => 2)`;
  await line.enter("usual");
  await line.start("usual");
  await database.advance("10 minutes");
  await line.finish("usual");
  for (const name of ["a", "b", "c", "d", "e"]) await line.enter(name);
  await line.start("a");
  await database.advance("4 minutes");
  await line.start("b");
  const starts = await sql<{ minutes: number }[]>`
    select round(extract(epoch from predicted_start - as_of) / 60)::integer as minutes from deploy_queue.queue
    where environment = ${line.environment} order by "position"`;
  expect(starts.map(({ minutes }) => minutes)).toEqual([6, 10, 16]);
});
