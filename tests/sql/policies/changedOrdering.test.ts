import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newOrderedLine } from "../../support/orderedLine.js";

const database = useDatabase();
const { sql } = database;

const changes = {
  environment: (environment: string, terms: string) =>
    sql.unsafe(`select from deploy_queue.set_environment('${environment}', ${terms})`),
  component: (environment: string, terms: string) =>
    sql.unsafe(`select from deploy_queue.set_component('${environment}', 'api', ${terms})`),
};

const wokenIn = async (environment: string) =>
  (
    await sql<{ id: number }[]>`
      select deployment_id as id from deploy_queue.deployment_events as events
      join deploy_queue.deployments on deployments.id = events.deployment_id
      where events.kind = 'woken' and deployments.environment = ${environment} order by events.id`
  ).map(({ id }) => id);

test.for(["environment", "component"] as const)(
  "a change of the ordering of the %s sorts those that wait anew, and wakes exactly those that it lets in",
  async (of) => {
    const line = newOrderedLine(database);
    await line.ready;
    for (const [name, sequence] of [
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ] as const)
      await line.enter(name, { sequence });
    await line.enter("web", { component: "web" });
    await changes[of](line.environment, "ordering => 'latest-ready'");
    expect(await line.order()).toBe("c b a web");
    expect(await wokenIn(line.environment)).toEqual([line.id("c")]);
    await changes[of](line.environment, "ordering => 'sequential'");
    expect(await line.order()).toBe("a b c web");
    expect(await wokenIn(line.environment)).toEqual([line.id("c"), line.id("a")]);
  },
);

test.for(["environment", "component"] as const)("latest, once the %s demands it, leaves one that waits", async (of) => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("runs", { component: "web" });
  await line.start("runs");
  await line.enter("a", { sequence: 2 });
  await line.enter("b", { sequence: 1 });
  await line.enter("held", { sequence: 9, hold: "outside" });
  await changes[of](line.environment, "ordering => 'latest'");
  expect(await line.order()).toBe("a");
  expect(await line.state("b")).toMatch(/^cancelled: superseded/);
  expect(await line.state("held")).toBe("held");
});

test("scopes that mix leave one that waits: the highest of the scope that entered last", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("a", { sequence: 5, sequence_scope: "one" });
  await line.enter("b");
  await line.enter("c", { sequence: 3, sequence_scope: "one" });
  await changes.environment(line.environment, "ordering => 'latest'");
  expect(await line.order()).toBe("a");
});

test("the refusal of outdated ones, once it is demanded, ends those that wait", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  await line.enter("high", { sequence: 15, priority: 1 });
  await line.enter("waits", { sequence: 12 });
  await line.start("high");
  expect(await line.state("waits")).toBe("queued");
  await changes.environment(line.environment, "refuse_outdated => true");
  expect(await line.state("waits")).toMatch(/^cancelled: outdated/);
});

test("several components that change in one statement are followed together", async () => {
  const line = newOrderedLine(database);
  await line.ready;
  for (const component of ["api", "web"]) {
    await sql`select from deploy_queue.set_component(${line.environment}, ${component}, slots => 1)`;
    await line.enter(`${component} 1`, { component, sequence: 1 });
    await line.enter(`${component} 2`, { component, sequence: 2 });
  }
  await sql`
    update deploy_queue.component_policies set ordering = 'latest-ready' where environment = ${line.environment}`;
  expect(await line.order()).toBe("api 2 api 1 web 2 web 1");
  expect(await wokenIn(line.environment)).toEqual([line.id("api 2")]);
});
