import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const kept = { heartbeat: true };

/** A line with a running deployment that has a keeper. */
async function lineWithParent(overrides: { readonly concurrencyKey?: string } = {}) {
  const line = newLine(database);
  const parent = await line.add("running", { ...kept, ...overrides });
  const { region } = line;
  const enter = (details: { concurrencyKey?: string; parentId?: number; joinParent?: boolean; region?: string } = {}) =>
    database.enqueue({ region, component: "part", parentId: parent, ...kept, ...details });
  return { line, parent, enter };
}

describe("a part of a deployment that holds the cell", () => {
  test("is refused with QD035: it would wait for itself", async () => {
    const { line, parent } = await lineWithParent();
    await expect(
      sql`select deploy_queue.enqueue('dev', 'aws', ${line.region}, 0, 'part', parent_id => ${parent})`,
    ).rejects.toMatchObject({
      code: "QD035",
      message: `part would wait for itself: it is a part of deployment ${parent} (api), which holds the cell until this has ended`,
    });
  });

  test("is refused by a plain INSERT, too", async () => {
    const { line, parent } = await lineWithParent();
    const insert = sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, parent_id)
      values ('dev', 'aws', ${line.region}, 0, 'part', ${parent})`;
    await expect(insert).rejects.toMatchObject({ code: "QD035" });
  });

  test("is refused when the holder is the parent of its parent", async () => {
    const { parent, enter } = await lineWithParent();
    const between = await newLine(database).add("running", { parentId: parent });
    await expect(enter({ parentId: between })).rejects.toThrow("would wait for itself");
  });

  test.for([
    ["x", "x", true],
    ["x", "y", false],
    ["x", undefined, false],
    [undefined, "x", false],
  ] as const)("with the keys %s and %s enters the line: %s", async ([key, ownKey, enters]) => {
    const { enter } = await lineWithParent(key === undefined ? {} : { concurrencyKey: key });
    const entering = enter(ownKey === undefined ? {} : { concurrencyKey: ownKey });
    if (enters) expect((await queue.tryStart((await entering).id)).started).toBe(true);
    else await expect(entering).rejects.toThrow("would wait for itself");
  });

  test("enters any other line", async () => {
    const { parent, enter } = await lineWithParent();
    const { id } = await enter({ region: newLine(database).region });
    expect(await queue.deployment(id)).toMatchObject({ status: "queued", parent_id: parent, joined_id: null });
  });
});

test("a part enters the line of a parent that has ended", async () => {
  const { parent, enter } = await lineWithParent();
  await queue.finish(parent);
  const { id } = await enter();
  expect((await queue.tryStart(id)).started).toBe(true);
});

test("a parent that is not known here is that of another queue", async () => {
  const { id } = await database.enqueue({ parentId: 987654 });
  expect(await queue.deployment(id)).toMatchObject({ parent_id: null });
});

describe("a part that joins its parent", () => {
  test("runs in its hold, whatever waits in the line; its end frees nothing", async () => {
    const { line, parent, enter } = await lineWithParent();
    const next = await line.add("queued");
    const { id, joined_id } = await enter({ joinParent: true });
    expect(joined_id).toBe(parent);
    expect((await queue.tryStart(id, kept)).started).toBe(true);
    await queue.finish(id);
    expect((await queue.tryStart(next)).waitingOn).toMatchObject([{ deployment_id: parent }]);
    await queue.finish(parent);
    expect((await queue.tryStart(next)).started).toBe(true);
    expect(await queue.history.verify()).toEqual([]);
  });

  test("starts with the call that enters the line, beside another one", async () => {
    const { line, parent } = await lineWithParent();
    const enter = () => sql<{ id: number; start_timestamp: Date | null }[]>`
      select id, start_timestamp from deploy_queue.enqueue('dev', 'aws', ${line.region}, 0, 'part', start => true,
        parent_id => ${parent}, join_parent => true)`;
    expect([...(await enter()), ...(await enter())]).toMatchObject(
      Array(2).fill({ start_timestamp: expect.any(Date) }),
    );
  });

  test("has the key of its parent, and may have parts of its own there", async () => {
    const { parent, enter } = await lineWithParent({ concurrencyKey: "x" });
    const { id } = await enter({ joinParent: true, concurrencyKey: "y" });
    expect((await queue.tryStart(id, kept)).started).toBe(true);
    const inner = await enter({ joinParent: true, parentId: id });
    expect(inner).toMatchObject({ concurrency_key: "x", parent_id: id, joined_id: parent });
    expect((await queue.tryStart(inner.id)).started).toBe(true);
  });

  test("keeps its parent from finishing with QD033, but not from failing", async () => {
    const { line, parent, enter } = await lineWithParent();
    const { id } = await enter({ joinParent: true });
    await queue.tryStart(id, kept);
    await expect(sql`select deploy_queue.finish(${parent})`).rejects.toMatchObject({
      code: "QD033",
      message: `deployment ${parent} (api) cannot finish: deployment ${id} (part) still runs in its hold`,
    });
    await queue.fail(parent, "exit code 1");
    const next = await line.add("queued");
    expect((await queue.tryStart(next)).waitingOn).toMatchObject([{ deployment_id: id }]);
    await queue.finish(id);
    expect((await queue.tryStart(next)).started).toBe(true);
  });

  test("is the same when a client asks again with its idempotency key", async () => {
    const { line, parent } = await lineWithParent({ concurrencyKey: "x" });
    const enter = () =>
      database.enqueue({ region: line.region, parentId: parent, joinParent: true, idempotencyKey: "part" });
    expect((await enter()).id).toBe((await enter()).id);
  });

  test.for(["hold => 'outside'", "not_before => now() + interval '1 hour'", "not_after => now() + interval '1 hour'"])(
    "cannot have a reason of its own to wait: %s",
    async (reason) => {
      const { line, parent } = await lineWithParent();
      await expect(
        sql.unsafe(`select deploy_queue.enqueue('dev', 'aws', '${line.region}', 0, 'part', parent_id => ${parent},
          join_parent => true, ${reason})`),
      ).rejects.toMatchObject({ code: "23514", constraint_name: "what_joins_its_parent_waits_for_nothing" });
    },
  );

  test("does not start once its parent has ended", async () => {
    const { line, parent, enter } = await lineWithParent();
    const { id } = await enter({ joinParent: true });
    await queue.finish(parent);
    const other = await line.add("queued");
    const refusal = {
      code: "QD036",
      message: `deployment ${id} (part) cannot run in the hold of deployment ${parent}: it does not run in this cell`,
    };
    await expect(sql`select deploy_queue.try_start(${id})`).rejects.toMatchObject(refusal);
    await expect(
      sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`,
    ).rejects.toMatchObject(refusal);
    expect(await sql`select from deploy_queue.stuck_deployments`).toHaveLength(0);
    await queue.cancel(id);
    expect((await queue.tryStart(other)).started).toBe(true);
  });
});

describe("joining is refused with QD036", () => {
  const join = (region: string, parent: number, by = sql) =>
    by`select deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'part', parent_id => ${parent}, join_parent => true)`;
  const refused = (parent: number, why: string) => ({
    code: "QD036",
    message: `part cannot run in the hold of deployment ${parent}: ${why}`,
  });

  test("when the parent does not run in this cell", async () => {
    const { parent } = await lineWithParent();
    await expect(join(newLine(database).region, parent)).rejects.toMatchObject(
      refused(parent, "it does not run in this cell"),
    );
  });

  test("when the parent is not known", async () => {
    await expect(join(newLine(database).region, 987654)).rejects.toMatchObject({ code: "QD036" });
  });

  test("when the parent is being stopped", async () => {
    const { line, parent } = await lineWithParent();
    await queue.cancel(parent);
    await expect(join(line.region, parent)).rejects.toMatchObject(refused(parent, "it is being stopped"));
  });

  test("when the lease of the parent is over", async () => {
    const { line, parent } = await lineWithParent();
    await database.advance("16 minutes");
    await expect(join(line.region, parent)).rejects.toMatchObject(refused(parent, "it has no keeper that is alive"));
  });

  test("when the parent has no keeper", async () => {
    const line = newLine(database);
    const parent = await line.add("running");
    await expect(join(line.region, parent)).rejects.toMatchObject(refused(parent, "it has no keeper that is alive"));
  });

  test("when the part has a gate that the parent has not passed", async () => {
    const { line, parent } = await lineWithParent();
    const set = (gate: string) => sql.unsafe(`select deploy_queue.set_component('dev', 'part', ${gate})`);
    for (const [gate, none] of [
      ["confirmation => 'go'", "confirmation => ''"],
      ["approvals => 1", "approvals => 0"],
      ["promote_from => 'prod'", "promote_from => ''"],
      ["require_checks => '{e2e}'", "require_checks => '{}'"],
      ["require_verification => true", "require_verification => false"],
    ] as const) {
      await set(gate);
      await expect(join(line.region, parent)).rejects.toMatchObject(refused(parent, "part has gates that api has not"));
      await set(none);
    }
    await join(line.region, parent);
  });

  test("when another role has entered the parent", async () => {
    const { line, parent } = await lineWithParent();
    const [row] = await sql<{ owner: string }[]>`select current_user as owner`;
    const session = await openSession(database);
    const stranger = `stranger_${process.pid}_${Date.now()}`;
    await session.sql.unsafe(`create role ${stranger} superuser; set session authorization ${stranger}`);
    await expect(join(line.region, parent, session.sql)).rejects.toMatchObject(
      refused(parent, `${row?.owner} entered it`),
    );
    await session.sql.unsafe(`reset session authorization; drop role ${stranger}`);
  });

  test("when a plain INSERT names a hold without a parent", async () => {
    const { line, parent } = await lineWithParent();
    await expect(
      sql`insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, joined_id)
        values ('dev', 'aws', ${line.region}, 0, 'part', ${parent})`,
    ).rejects.toMatchObject(refused(parent, "it does not run in this cell"));
  });
});

describe("a join and the finish of its parent at the same time", () => {
  const join = (by: typeof sql, region: string, parent: number) =>
    by`select deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'part', start => true, heartbeat => true,
      parent_id => ${parent}, join_parent => true)`;

  test.for([
    ["the join", "QD033"],
    ["the finish", "QD036"],
  ] as const)("are ordered by the lock of the cell: %s is first", async ([first, code]) => {
    const { line, parent } = await lineWithParent();
    const [early, late] = [await openSession(database), await openSession(database)];
    const steps = {
      "the join": (by: typeof sql) => join(by, line.region, parent),
      "the finish": (by: typeof sql) => by`select deploy_queue.finish(${parent})`,
    };
    await early.begin();
    await steps[first](early.sql);
    const pending = outcome(steps[first === "the join" ? "the finish" : "the join"](late.sql));
    await untilBlocked(database, late, early);
    await early.commit();
    expect(await pending).toBe(code);
  });
});

test("the exclusion constraint alone admits what has joined a holder, and no other", async () => {
  const session = await openSession(database);
  const { line, parent, enter } = await lineWithParent();
  const { id } = await enter({ joinParent: true });
  const stranger = await line.add("queued");
  await session.begin();
  await session.sql`alter table deploy_queue.deployments disable trigger tg_deployments__guard`;
  const start = (one: number) =>
    session.sql`update deploy_queue.deployments set start_timestamp = deploy_queue._now() where id = ${one}`;
  await start(id);
  await session.sql`savepoint before`;
  await expect(start(stranger)).rejects.toMatchObject({ code: "23P01", constraint_name: "never_two_at_once" });
  await session.sql`rollback to before`;
  // The end of the parent does not let a stranger in beside its part.
  await session.sql`update deploy_queue.deployments set cancellation_timestamp = deploy_queue._now() where id = ${parent}`;
  await expect(start(stranger)).rejects.toMatchObject({ code: "23P01" });
  await session.rollback();
});
