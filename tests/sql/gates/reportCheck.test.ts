import { expect, test } from "vitest";
import { gatedBy, newVersion, reportTo } from "../../support/checks.js";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

test("a report that passes wakes the heads that it lets in, in every cell and environment, and nobody else", async () => {
  const version = newVersion();
  const environment = await gatedBy(database, "e2e");
  const lines = [
    newLine(database, environment),
    newLine(database, environment),
    newLine(database, await gatedBy(database, "e2e")),
  ];
  const heads = [];
  for (const line of lines) heads.push(await line.add("queued", { version }));
  const behind = await lines[0]?.add("queued", { version });
  const twice = await newLine(database, await gatedBy(database, "e2e", "load")).add("queued", { version });
  const busy = newLine(database, await gatedBy(database));
  await busy.add("running");
  await queue.environments.set(busy.environment, { requireChecks: ["e2e"] });
  const blocked = await busy.add("queued", { version });
  const other = await newLine(database, environment).add("queued", { version: newVersion() });
  const ear = await listen(database, [...heads, behind ?? 0, twice, blocked, other]);

  await reportTo(database, version, "e2e", { passed: false });
  expect(await ear.heard()).toEqual([]);
  await reportTo(database, version, "e2e");
  expect(await ear.woken()).toEqual(heads);
  // Nothing becomes easier by saying it again.
  await reportTo(database, version, "e2e");
  expect(await ear.heard()).toEqual([]);
  await reportTo(database, version, "load");
  expect(await ear.woken()).toEqual([twice]);
});

test("a report opens a gate while 200 wait in their lines, and wakes the 20 heads", async () => {
  const version = newVersion();
  const environment = await gatedBy(database, "e2e");
  const heads: number[] = [];
  for (let cell = 0; cell < 20; cell++) {
    const line = newLine(database, environment);
    for (let place = 0; place < 10; place++) {
      const id = await line.add("queued", { version });
      if (place === 0) heads.push(id);
    }
  }
  const ear = await listen(database, heads);
  await reportTo(database, version, "e2e");
  expect(await ear.woken()).toEqual(heads);
  const woken = await sql`
    select deployments.id from deploy_queue.deployment_events
    join deploy_queue.deployments on deployments.id = deployment_id
    where kind = 'woken' and deployments.environment = ${environment} order by 1`;
  expect(woken.map(({ id }) => id)).toEqual(heads);
  await queue.environments.set(environment, { requireChecks: ["e2e", "load"] });
  expect(await ear.heard()).toEqual([]);
});

test("a report waits for a transition of the cell that is not committed yet, and one of the two wakes the head", async () => {
  const version = newVersion();
  const environment = await gatedBy(database, "e2e");
  await reportTo(database, version, "e2e");
  const line = newLine(database, environment);
  const holder = await line.add("running", { version });
  const next = newVersion();
  const head = await line.add("queued", { version: next });
  const ear = await listen(database, [head]);
  const [finishing, reporting] = [await openSession(database), await openSession(database)];
  await finishing.begin();
  await finishing.sql`select deploy_queue.finish(${holder})`;
  const reported = outcome(reporting.sql`select deploy_queue.report_check('api', ${next}, 'e2e', true)`);
  await untilBlocked(database, reporting, finishing);
  await finishing.commit();
  expect(await reported).toBe("ok");
  expect(await ear.woken()).toEqual([head]);
});

test.for([
  ["another spelling of a known component", { component: "Api" }, "QD041"],
  ["an empty component", { component: "" }, "23514"],
  ["a version of several lines", { version: "v\u2028" }, "23514"],
  ["a long version", { version: "v".repeat(101) }, "23514"],
  ["an empty name", { name: " " }, "23514"],
  ["a long name", { name: "n".repeat(51) }, "23514"],
  ["a name that turns the direction of text", { name: "a\u202eb" }, "23514"],
  ["a url that is a script", { url: "javascript:alert(1)" }, "23514"],
  ["a long url", { url: `https://${"u".repeat(2000)}` }, "23514"],
  ["long details", { details: { log: "x".repeat(16_000) } }, "23514"],
  ["an end at once", { expiresIn: 0 }, "23514"],
  ["an end before it", { expiresIn: -1 }, "23514"],
] as const)("a report with %s is refused", async ([, wrong, code]) => {
  await newLine(database).add("queued");
  const given = { component: "api", version: "v1", name: "e2e", passed: true, ...wrong };
  const failure: unknown = await queue.checks.report(given).catch((error: unknown) => error);
  expect(failure).toMatchObject({ cause: { code } });
});

test("a report never changes, and is not removed", async () => {
  const { check_id } = await reportTo(database, newVersion(), "e2e", { passed: false });
  expect(await outcome(sql`update deploy_queue.checks set passed = true where id = ${check_id}`)).toBe("QD010");
  expect(await outcome(sql`delete from deploy_queue.checks where id = ${check_id}`)).toBe("QD010");
  expect(await outcome(sql`truncate deploy_queue.checks`)).toBe("QD010");
});
