import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { type Line, newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies, environments } = queue;
const newLogin = useLogins(database);

beforeAll(async () => {
  await queue.roles.create();
  await environments.set("careful", { holdAfterFailure: true });
});

const cellOf = ({ environment, region }: Line) => ({ environment, cloudProvider: "aws", region, cellIndex: 0 });
const kindsOf = async (id: number) => (await queue.line.explain(id)).map(({ kind }) => kind);

describe("after a failure, where the policy says so", () => {
  test("the line stops, and waiters are told which deployment has failed and what lifts it", async () => {
    const line = newLine(database, "careful");
    const failed = await line.add("running");
    const waiting = await line.add("queued");
    const ear = await listen(database, [waiting]);
    await queue.fail(failed, "exit code 1");

    expect(await ear.woken()).toEqual([]);
    const [reason] = await queue.line.explain(waiting);
    expect(reason).toMatchObject({ kind: "line-held", until: null });
    expect(reason?.text).toContain(`: deployment ${failed} (api) has failed`);
    expect(reason?.cures).toMatchObject([{ function: "release_line", arguments: { region: line.region } }]);
    expect(await queue.tryStart(waiting)).toMatchObject({ started: false });
    expect(await policies.heldLines("careful")).toMatchObject([{ region: line.region, deployment_id: failed }]);

    await policies.releaseLine(cellOf(line), "disk was full");
    expect(await ear.woken()).toEqual([waiting]);
    expect(await queue.tryStart(waiting)).toMatchObject({ started: true });
    const events = await sql`
      select kind, reason from deploy_queue.deployment_events
      where deployment_id = ${failed} and kind like 'line-%' order by id`;
    expect(events).toEqual([
      { kind: "line-held", reason: `deployment ${failed} (api) has failed` },
      { kind: "line-released", reason: "disk was full" },
    ]);
    expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
  });

  test("its rollback passes those that wait, is woken, and no other", async () => {
    const line = newLine(database, "careful");
    const failed = await line.add("running");
    const [waiting, rollback] = [await line.add("queued"), await line.add("queued", { rollbackOf: failed })];
    const ear = await listen(database, [waiting, rollback]);
    await queue.fail(failed);

    expect(await ear.woken()).toEqual([rollback]);
    expect(await queue.line.forecast(rollback)).toMatchObject({ position: 1, blockers: [] });
    expect(await queue.tryStart(rollback)).toMatchObject({ started: true });
    await queue.finish(rollback);
    expect(await kindsOf(waiting)).toEqual(["line-held"]);
    expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
    await policies.releaseLine(cellOf(line));
  });

  test("a rollback that fails takes the place of what it rolled back", async () => {
    const line = newLine(database, "careful");
    const first = await line.add("running");
    await queue.fail(first);
    const second = await line.add("running", { rollbackOf: first });
    await queue.fail(second);
    expect(await policies.heldLines("careful")).toMatchObject([{ deployment_id: second }]);
    expect(await kindsOf(await line.add("queued", { rollbackOf: second }))).toEqual([]);
    await policies.releaseLine(cellOf(line));
  });

  test("what is cancelled, forced or reaped stops no line, and neither does a component that is excepted", async () => {
    const line = newLine(database, "careful");
    await queue.cancel(await line.add("running"));
    await environments.setComponent("careful", "web", { holdAfterFailure: false });
    await queue.fail(await line.add("running", { component: "web" }));
    expect(await policies.heldLines("careful")).toEqual([]);
  });

  test("one component may stop lines in an environment that does not", async () => {
    await environments.setComponent("dev", "schema", { holdAfterFailure: true });
    const line = newLine(database);
    await queue.fail(await line.add("running"));
    expect(await policies.heldLines("dev")).toEqual([]);
    await queue.fail(await line.add("running", { component: "schema" }));
    expect(await kindsOf(await line.add("queued"))).toEqual(["line-held"]);
    await policies.releaseLine(cellOf(line));
  });
});

describe("a line that is held by hand", () => {
  test("lets what runs go on, and starts nothing, also by plain SQL, while other lines go on", async () => {
    const line = newLine(database);
    const runner = await line.add("running");
    const waiting = await line.add("queued");
    const ear = await listen(database, [waiting]);
    await policies.holdLine(cellOf(line), "hosts answer 500");
    await queue.finish(runner);
    expect(await ear.woken()).toEqual([]);
    expect(await outcome(sql`update deploy_queue.deployments set start_timestamp = now() where id = ${waiting}`)).toBe(
      "QD003",
    );
    expect(await kindsOf(await newLine(database).add("queued"))).toEqual([]);
    await policies.releaseLine(cellOf(line));
  });

  test("wakes the rollback of the deployment that it names, which passes those that wait", async () => {
    const line = newLine(database);
    const bad = await line.add("finished");
    const [waiting, rollback] = [await line.add("queued"), await line.add("queued", { rollbackOf: bad })];
    const ear = await listen(database, [waiting, rollback]);
    await policies.holdLine(cellOf(line), "hosts answer 500", bad);
    expect(await ear.woken()).toEqual([rollback]);
    expect(await queue.tryStart(rollback)).toMatchObject({ started: true });
    await policies.releaseLine(cellOf(line));
  });

  test("is refused for a cell that is not there, for a deployment of another cell, and without a reason", async () => {
    const [line, other] = [newLine(database), newLine(database)];
    const id = await line.add("queued");
    const elsewhere = await other.add("finished");
    const hold = (cell: number, reason: string, failed: number | null) =>
      outcome(sql`select deploy_queue.hold_line('dev', 'aws', ${line.region}, ${cell}, ${reason}, ${failed})`);
    expect(await hold(7, "x", null)).toBe("QD043");
    expect(await hold(0, "x", elsewhere)).toBe("QD030");
    expect(await hold(0, " ", null)).toBe("23514");
    expect(await kindsOf(id)).toEqual([]);
  });

  test("needs an operator of its environment", async () => {
    const line = newLine(database);
    await line.add("queued");
    const deployer = await newLogin("deploy_queue_deployer");
    const other = await newLogin("deploy_queue_operator");
    await sql.unsafe(`alter role ${other.name} set deploy_queue.allowed_environments = 'prod'`);
    const hold = `select deploy_queue.hold_line('dev', 'aws', '${line.region}', 0, 'x')`;
    const release = `select deploy_queue.release_line('dev', 'aws', '${line.region}', 0)`;
    for (const statement of [hold, release]) {
      expect(await outcome(deployer.sql.unsafe(statement))).toBe("42501");
      expect(await outcome(other.sql.unsafe(statement))).toBe("QD020");
    }
  });
});

test("verify_history finds a start in a line that was held", async () => {
  const line = newLine(database);
  const id = await line.add("queued");
  await policies.holdLine(cellOf(line), "hosts answer 500");
  await sql`delete from deploy_queue.line_holds`;
  expect(await queue.tryStart(id)).toMatchObject({ started: true });
  const [found] = await sql`select rule, deployment_id from deploy_queue.verify_history()`;
  expect(found).toEqual({ rule: "held lines", deployment_id: id });
});
