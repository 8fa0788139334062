import { describe, expect, test } from "vitest";
import { gatedBy, newVersion, reportTo } from "../../support/checks.js";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

async function reasonsOf(id: number): Promise<unknown[]> {
  return [...(await sql`select kind, text from deploy_queue.waiting_on(${id})`)];
}

test("a version waits until each demanded check has passed, in the order in which they are demanded", async () => {
  const version = newVersion();
  const id = await newLine(database, await gatedBy(database, "load", "e2e")).add("queued", { version });
  expect(await reasonsOf(id)).toEqual([
    { kind: "check", text: `check load has not been reported for api ${version}` },
    { kind: "check", text: `check e2e has not been reported for api ${version}` },
  ]);

  await reportTo(database, version, "load");
  await reportTo(database, version, "e2e", { passed: false, url: "https://ci.example/7" });
  expect(await reasonsOf(id)).toEqual([{ kind: "check", text: "check e2e failed: https://ci.example/7" }]);
  expect((await queue.tryStart(id)).started).toBe(false);

  await reportTo(database, version, "e2e");
  expect((await queue.tryStart(id)).started).toBe(true);
});

test("a preflight says until when a check counts that has passed, where it expires", async () => {
  const [version, environment] = [newVersion(), await gatedBy(database, "e2e", "load")];
  await reportTo(database, version, "e2e");
  const { expires_at } = await reportTo(database, version, "load", { expiresIn: 60 });
  const { region } = newLine(database);
  const { checklist } = await queue.line.preflight({
    ...{ environment, cloudProvider: "aws", region, cellIndex: 0, component: "api", version },
  });
  expect(checklist.map(({ text }) => text)).toEqual([
    "check e2e passed",
    expect.stringMatching(/^check load passed, until /),
  ]);
  expect(expires_at).not.toBeNull();
});

test("what would lift it is a report of the check", async () => {
  const version = newVersion();
  const id = await newLine(database, await gatedBy(database, "e2e")).add("queued", { version });
  expect((await queue.tryStart(id)).waitingOn[0]?.cures).toEqual([
    { function: "report_check", arguments: { component: "api", version, name: "e2e", passed: "true" } },
  ]);
  expect(await sql`select cure from deploy_queue.explain(${id})`).toEqual([
    {
      cure: `deploy_queue.report_check(name => 'e2e', passed => 'true', version => '${version}', component => 'api')`,
    },
  ]);
});

test("the newest report counts, by whichever of the two it was made", async () => {
  const version = newVersion();
  const id = await newLine(database, await gatedBy(database, "e2e")).add("queued", { version });
  await reportTo(database, version, "e2e");
  await reportTo(database, version, "e2e", { passed: false });
  expect(await reasonsOf(id)).toEqual([{ kind: "check", text: "check e2e failed" }]);
});

test("a check that has expired shuts the gate for those that still wait", async () => {
  const version = newVersion();
  const line = newLine(database, await gatedBy(database, "e2e"));
  const { expires_at } = await reportTo(database, version, "e2e", { expiresIn: 60 });
  const first = await line.add("running", { version });
  const second = await line.add("queued", { version });
  expect(await reasonsOf(second)).toMatchObject([{ kind: "running" }]);

  await database.advance("61 seconds");
  await queue.finish(first);
  expect((await queue.tryStart(second)).started).toBe(false);
  expect(await reasonsOf(second)).toEqual([{ kind: "check", text: expect.stringMatching(/^check e2e expired at /) }]);
  expect(expires_at?.getTime()).toBeLessThan(Date.now() + 61_000);
});

test("a deployment without a version is refused, and one that waits already cannot show its checks", async () => {
  const environment = await gatedBy(database, "e2e", "load");
  const line = newLine(database, environment);
  await expect(line.add("queued")).rejects.toMatchObject({
    cause: { code: "QD061" },
    message: expect.stringContaining(`${environment} takes only versions whose checks have passed: e2e, load`),
  });
  // What waits already when the checks are demanded.
  await queue.environments.set(environment, { requireChecks: [] });
  const id = await line.add("queued");
  await queue.environments.set(environment, { requireChecks: ["e2e", "load"] });
  expect(await reasonsOf(id)).toEqual([
    { kind: "check", text: "it has no version by which to find its checks: e2e, load" },
  ]);
});

test.for([
  ["another component", { component: "web" }],
  ["another version", { version: "other" }],
  ["another spelling of the name", { name: "E2E" }],
] as const)("a check of %s opens nothing", async ([, other]) => {
  const version = newVersion();
  const id = await newLine(database, await gatedBy(database, "e2e")).add("queued", { version });
  await queue.checks.report({ component: "api", version, name: "e2e", passed: true, ...other });
  expect(await reasonsOf(id)).toHaveLength(1);
});

test("a rollback needs no checks, unless the policy says so", async () => {
  const environment = await gatedBy(database, "e2e");
  const line = newLine(database, environment);
  const [good, unchecked] = [newVersion(), newVersion()];
  await reportTo(database, good, "e2e");
  const bad = await line.add("finished", { version: good });
  await queue.environments.set(environment, { requireChecks: [] });
  await line.add("finished", { version: unchecked });
  await queue.environments.set(environment, { requireChecks: ["e2e"] });
  const back = await queue.enqueue({
    ...{ environment, cloudProvider: "aws", region: line.region, cellIndex: 0, component: "api" },
    ...{ version: unchecked, rollbackOf: bad },
  });
  expect(await reasonsOf(back.id)).toEqual([]);
  await queue.environments.set(environment, { gateRollbacks: true });
  expect(await reasonsOf(back.id)).toMatchObject([{ kind: "check" }]);
});

test("an UPDATE of start_timestamp and an INSERT that starts obey, and a bypass on record passes", async () => {
  const environment = await gatedBy(database, "e2e");
  const id = await newLine(database, environment).add("queued", { version: newVersion() });
  const start = (by: typeof sql) => by`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`;
  expect(await outcome(start(sql))).toBe("QD003");
  expect(
    await outcome(sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, version, start_timestamp)
      values (${environment}, 'aws', 'gated', 0, 'api', ${newVersion()}, now())`),
  ).toBe("QD003");

  const session = await openSession(database);
  await session.sql`set deploy_queue.bypass_reason = 'sev 1'`;
  expect(await outcome(start(session.sql))).toBe("ok");
});

describe("the names that are demanded", () => {
  test("are stored once each, without blanks around them", async () => {
    const environment = await gatedBy(database, " e2e ", "load", "e2e");
    expect((await queue.environments.list()).find((one) => one.environment === environment)?.require_checks).toEqual([
      "e2e",
      "load",
    ]);
  });

  test.for([
    ["one is empty", ["e2e", " "]],
    ["one has several lines", ["a\u2028b"]],
    ["one is long", ["n".repeat(51)]],
    ["there are 51", [...Array(51).keys()].map((number) => `check-${number}`)],
  ] as const)("are refused when %s", async ([, requireChecks]) => {
    const environment = await gatedBy(database);
    const refused = { cause: { code: "23514" } };
    await expect(queue.environments.set(environment, { requireChecks })).rejects.toMatchObject(refused);
    await expect(queue.environments.setComponent(environment, "api", { requireChecks })).rejects.toMatchObject(refused);
  });
});
