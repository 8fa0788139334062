import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newOrderedLine } from "../../support/orderedLine.js";

const database = useDatabase();
const { sql } = database;

test("a late lower number takes the place of the first higher one of its component, and no other component moves", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("E1", { sequence: 5 });
  await line.enter("F", { component: "web" });
  await line.enter("E2", { sequence: 7 });
  await line.enter("G", { component: "jobs" });
  await line.enter("D", { sequence: 3 });
  expect(await line.order()).toBe("D F E1 G E2");
  const events = await sql`
    select reason from deploy_queue.deployment_events where deployment_id = ${line.id("D")} and kind = 'sorted'`;
  expect(events).toEqual([
    {
      reason: `its sequence 3 goes before deployment ${line.id("E1")} (api run 5) and 1 more of api, which move back among their places`,
    },
  ]);
});

test("the places that a component holds stay with it when one of it leaves", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("E1", { sequence: 5 });
  await line.enter("F", { component: "web" });
  await line.enter("D", { sequence: 3 });
  expect(await line.start("D")).toBe("started");
  await line.finish("D");
  // D took the first place with it: F entered before the other one.
  expect(await line.order()).toBe("F E1");
  expect(await line.start("E1")).toBe("queued F");
  expect(await line.start("F")).toBe("started");
});

test.for<[string, Record<string, string | number>, Record<string, string | number>]>([
  ["other scopes", { sequence: 5, sequence_scope: "one" }, { sequence: 3, sequence_scope: "other" }],
  ["other components", { sequence: 5 }, { sequence: 3, component: "web" }],
  ["missing numbers", {}, { sequence: 3 }],
  ["equal numbers", { sequence: 3 }, { sequence: 3 }],
])("%s are not compared", async ([, first, second]) => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", first);
  await line.enter("b", second);
  expect(await line.order()).toBe("a b");
});

test("numbers are compared within one priority, and a bump sorts in anew", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { sequence: 5, priority: 1 });
  await line.enter("b", { sequence: 9 });
  await line.enter("c", { sequence: 3 });
  expect(await line.order()).toBe("a c b");
  await sql`select from deploy_queue.bump(${line.id("c")}, 'test', 1)`;
  expect(await line.order()).toBe("c a b");
  await sql`select from deploy_queue.bump(${line.id("c")}, 'test', 0)`;
  expect(await line.order()).toBe("a c b");
});

test("what was held outside is sorted in at its release", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { sequence: 3, hold: "outside" });
  await line.enter("b", { sequence: 5 });
  await line.enter("c", { component: "web" });
  expect(await line.order()).toBe("b c");
  await sql`select from deploy_queue.release(${line.id("a")})`;
  expect(await line.order()).toBe("a c b");
});

test("a stranger that shares the key of what stands ahead of it now is woken", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("plain", { sequence: 5 });
  await line.enter("keyed stranger", { component: "web", concurrency_key: "k" });
  await line.enter("keyed", { sequence: 3, concurrency_key: "k" });
  const woken = await sql`
    select deployment_id from deploy_queue.deployment_events
    where kind = 'woken' and deployment_id in (${line.id("keyed stranger")}, ${line.id("plain")})`;
  expect(woken).toEqual([{ deployment_id: line.id("keyed stranger") }]);
  expect(await line.start("keyed")).toBe("started");
  expect(await line.start("keyed stranger")).toBe("started");
});

test("what enters to start at once may, at the place that it would have", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { sequence: 5 });
  await line.enter("b", { sequence: 3, start: true, concurrency_key: "k" });
  expect(await line.state("b")).toBe("running");
  // It passes the first, and is not woken for that: it runs.
  expect(
    await sql`select from deploy_queue.deployment_events where deployment_id = ${line.id("b")} and kind = 'woken'`,
  ).toEqual([]);
});

test("what starts at once takes the first place of its component with it, as if it had waited", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { sequence: 5 });
  await line.enter("web", { component: "web" });
  await line.enter("b", { sequence: 3, start: true, concurrency_key: "k" });
  expect(await line.order()).toBe("web a");
});

test("cancelled ones take their place with them", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  for (const [name, sequence] of [
    ["a", 9],
    ["b", 7],
    ["c", 5],
  ] as const)
    await line.enter(name, { sequence });
  expect(await line.order()).toBe("c b a");
  await line.cancel("b");
  expect(await line.order()).toBe("c a");
  await line.cancel("c");
  await line.cancel("a");
  expect(
    await sql`
      select from deploy_queue.component_lines as line join deploy_queue.cells on cells.id = line.cell_id
      where cells.environment = ${line.environment}`,
  ).toHaveLength(0);
});

test.for([-1, 1_000_000_000_000_001])("the sequence %d is refused", async (sequence) => {
  const line = newOrderedLine(database);
  await line.ready;
  await expect(line.enter("a", { sequence })).rejects.toMatchObject({
    constraint_name: "sequence_must_be_between_0_and_1000000000000000",
  });
});

test("a scope without a sequence is refused", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await expect(line.enter("a", { sequence_scope: "runs" })).rejects.toMatchObject({
    constraint_name: "sequence_scope_requires_sequence",
  });
});

test("the forecast and the preflight stand where the sequence says", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { sequence: 5 });
  await line.enter("b", { component: "web" });
  await line.enter("c", { sequence: 3 });
  const position = async (name: string) =>
    (await sql<{ position: number }[]>`select "position" from deploy_queue.forecast(${line.id(name)})`)[0]?.position;
  expect([await position("c"), await position("b"), await position("a")]).toEqual([1, 2, 3]);
});
