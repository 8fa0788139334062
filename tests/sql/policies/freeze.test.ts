import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies } = queue;
const newLogin = useLogins(database);

beforeAll(async () => {
  await queue.roles.create();
});

afterEach(async () => {
  await sql`update deploy_queue.freezes set lifted_at = now() where lifted_at is null`;
});

const reasonsOf = async (id: number) =>
  (await sql<{ kind: string }[]>`select kind from deploy_queue.waiting_on(${id})`).map(({ kind }) => kind);

const freezeDev = (options = {}) => policies.freeze({ environment: "dev" }, "sale", options);

describe("a freeze", () => {
  test("keeps all from starting; waiters keep their places and see who froze and why", async () => {
    const line = newLine(database);
    const [first, second] = [await line.add("queued"), await line.add("queued")];
    await sql`set deploy_queue.actor = 'ann'; select deploy_queue.freeze('dev', 'sale')`.simple();

    const attempt = await queue.tryStart(first);
    expect(attempt).toMatchObject({ started: false, waitingOn: [{ kind: "freeze", until: null }] });
    expect(attempt.waitingOn[0]?.text).toMatch(/^dev is frozen by \w+ \(freeze \d+\): sale$/);
    expect(await reasonsOf(second)).toEqual(["freeze", "queued"]);
    expect(await outcome(sql`update deploy_queue.deployments set start_timestamp = now() where id = ${first}`)).toBe(
      "QD003",
    );
  });

  test("leaves running deployments alone, which finish", async () => {
    const line = newLine(database);
    const runner = await line.add("running");
    await freezeDev();
    expect(await outcome(queue.finish(runner))).toBe("ok");
  });

  test.for([
    ["the environment", {}, [true, true, true, true]],
    ["a provider", { cloudProvider: "aws" }, [true, true, true, false]],
    ["a region", { cloudProvider: "aws", region: "r1" }, [true, true, false, false]],
    ["a cell", { cloudProvider: "aws", region: "r1", cellIndex: 1 }, [true, false, false, false]],
  ] as const)("of %s holds what is in it", async ([, place, frozen]) => {
    const enter = async (provider: string, region: string, cell: number) => {
      const request = { environment: "dev", cloudProvider: provider, region, cellIndex: cell, component: "api" };
      return (await queue.enqueue(request)).id;
    };
    const ids = [
      await enter("aws", "r1", 1),
      await enter("aws", "r1", 2),
      await enter("aws", "r2", 1),
      await enter("gcp", "r1", 1),
    ];
    const prod = await newLine(database, "prod").add("queued");
    await policies.freeze({ environment: "dev", ...place }, "sale");

    const waits = [];
    for (const id of ids) waits.push((await reasonsOf(id)).includes("freeze"));
    expect(waits).toEqual(frozen);
    expect(await reasonsOf(prod)).toEqual([]);
    await sql`select deploy_queue.cancel_location('dev', provider, region) from (values ('aws', 'r1'), ('aws', 'r2'), ('gcp', 'r1')) as place (provider, region)`;
  });

  test("lets deployments with its key pass those that it holds", async () => {
    const line = newLine(database);
    const held = await line.add("queued");
    const hotfix = await line.add("queued", { concurrencyKey: "sev-1" });
    expect(await reasonsOf(hotfix)).toEqual(["queued"]);
    const ear = await listen(database, [held, hotfix]);
    await freezeDev({ allowKey: "sev-1", allowRole: new URL(database.url).username });

    expect(await ear.woken()).toEqual([hotfix]);
    expect(await reasonsOf(hotfix)).toEqual([]);
    expect(await reasonsOf(held)).toEqual(["freeze"]);
    expect(await queue.line.forecast(hotfix)).toMatchObject({ position: 1, blockers: [] });
    expect(await queue.tryStart(hotfix)).toMatchObject({ started: true });
  });

  test("lets members of its role pass, and no superuser for being one", async () => {
    const responder = await newLogin("deploy_queue_deployer", "deploy_queue_operator");
    const line = newLine(database);
    const held = await line.add("queued");
    const [entered] = await responder.sql<{ id: number }[]>`
      select id from deploy_queue.enqueue('dev', 'aws', ${line.region}, 0, 'api')`;
    await freezeDev({ allowRole: "deploy_queue_operator" });

    expect(await reasonsOf(held)).toEqual(["freeze"]);
    expect(await reasonsOf(entered?.id ?? 0)).toEqual([]);
  });

  test("does not let its exceptions pass a running or buffering deployment", async () => {
    const line = newLine(database);
    await line.add("running");
    const hotfix = await line.add("queued", { concurrencyKey: "sev-1" });
    await freezeDev({ allowKey: "sev-1", allowRole: new URL(database.url).username });
    expect(await reasonsOf(hotfix)).toEqual(["running"]);
  });

  test("that expires is over then, and the waiter is told when", async () => {
    const id = await newLine(database).add("queued");
    await freezeDev({ until: new Date(Date.now() + 20_000) });
    const { started, lookAgainIn } = await queue.tryStart(id);
    expect(started).toBe(false);
    expect(lookAgainIn).toBeGreaterThan(0);
    expect(lookAgainIn).toBeLessThanOrEqual(20);
    await database.advance("21 seconds");
    expect(await queue.tryStart(id)).toMatchObject({ started: true });
    await database.advance("-21 seconds");
  });

  test("does not keep an operator's bypass from starting", async () => {
    const id = await newLine(database).add("queued", { hold: "outside" });
    await freezeDev();
    await database
      .connect()
      .unsafe(`begin; set local deploy_queue.bypass_reason = 'sev 1'; select deploy_queue.try_start(${id}); commit`);
    expect(await queue.deployment(id)).toMatchObject({ status: "running", forced: true, hold: null });
    expect(
      await sql`select kind, from_state from deploy_queue.deployment_events where deployment_id = ${id} order by id`,
    ).toEqual([
      { kind: "enqueued", from_state: null },
      { kind: "bypassed", from_state: null },
      { kind: "started", from_state: "held" },
    ]);
  });
});

describe("a freeze and a start at the same instant", () => {
  test("the start first: the freeze waits for it, and it runs", async () => {
    const line = newLine(database);
    const [id, next] = [await line.add("queued"), await line.add("queued", { concurrencyKey: "x" })];
    const [starter, freezer] = [await openSession(database), await openSession(database)];
    await starter.begin();
    await starter.sql`select deploy_queue.try_start(${id})`;
    const frozen = outcome(freezer.sql`select deploy_queue.freeze('dev', 'sale')`);
    await untilBlocked(database, freezer, starter);
    await starter.commit();
    expect(await frozen).toBe("ok");
    expect((await queue.deployment(id)).status).toBe("running");
    expect(await reasonsOf(next)).toEqual(["freeze", "running"]);
  });

  test("the freeze first: the start waits for it, and is told to wait", async () => {
    const id = await newLine(database).add("queued");
    const [starter, freezer] = [await openSession(database), await openSession(database)];
    await freezer.begin();
    await freezer.sql`select deploy_queue.freeze('dev', 'sale')`;
    const pending = starter.sql<{ started: boolean }[]>`select started from deploy_queue.try_start(${id})`;
    const settled = outcome(pending);
    await untilBlocked(database, starter, freezer);
    await freezer.commit();
    expect(await settled).toBe("ok");
    expect([...(await pending)]).toEqual([{ started: false }]);
  });

  test("a plain UPDATE waits for the freeze as well", async () => {
    const id = await newLine(database).add("queued");
    const [starter, freezer] = [await openSession(database), await openSession(database)];
    await freezer.begin();
    await freezer.sql`select deploy_queue.freeze('dev', 'sale')`;
    const start = outcome(starter.sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`);
    await untilBlocked(database, starter, freezer);
    await freezer.commit();
    expect(await start).toBe("QD003");
  });

  test("lifting it and a look: the look does not wait for that, and is woken when it is over", async () => {
    const id = await newLine(database).add("queued");
    const { freeze_id } = await freezeDev();
    const ear = await listen(database, [id]);
    const lifter = await openSession(database);
    await lifter.begin();
    await lifter.sql`select deploy_queue.thaw(${freeze_id})`;
    expect((await queue.tryStart(id)).started).toBe(false);
    expect(await ear.woken()).toEqual([]);
    await lifter.commit();
    expect(await ear.woken()).toEqual([id]);
    expect((await queue.tryStart(id)).started).toBe(true);
  });
});

test.for([
  ["freezes", "select deploy_queue.freeze('dev', 'sale')"],
  ["adds a window", "select deploy_queue.add_window('dev', '{1}', '02:00', '04:00')"],
  ["shortens the buffer", "update deploy_queue.environments set buffer_time = '1 second' where environment = 'dev'"],
] as const)(
  "a session that %s gives up, and changes nothing, while a transaction keeps a cell locked",
  async ([, statement]) => {
    await sql`update deploy_queue.environments set buffer_time = '1 minute' where environment = 'dev'`;
    await sql`alter function deploy_queue._lock_cell_in_time set lock_timeout = '50ms'`;
    const line = newLine(database);
    await line.add("queued");
    const forgotten = await openSession(database);
    await forgotten.begin();
    await forgotten.sql`select deploy_queue.enqueue('dev', 'aws', ${line.region}, 0, 'api')`;

    await expect(sql.unsafe(statement)).rejects.toMatchObject({
      code: "QD031",
      message: expect.stringContaining(`dev-aws-${line.region}-cell-0 is locked by session ${forgotten.pid} of `),
      hint: expect.stringContaining(`deploy_queue.end_blocker(${forgotten.pid})`),
    });
    await forgotten.rollback();
    expect(await policies.freezes("dev")).toEqual([]);
    await sql`update deploy_queue.environments set buffer_time = '0' where environment = 'dev'`;
  },
);

describe("what makes no freeze", () => {
  test.for([
    ["no environment", "environment => 'nowhere', reason => 'sale'", "QD002"],
    ["a region without a provider", "environment => 'dev', reason => 'sale', region => 'r'", "23514"],
    [
      "a cell without a region",
      "environment => 'dev', reason => 'sale', cloud_provider => 'aws', cell_index => 1",
      "23514",
    ],
    ["no reason", "environment => 'dev', reason => ' '", "23514"],
    ["an end that is over", "environment => 'dev', reason => 'sale', expires_at => now() - interval '1 hour'", "23514"],
    ["an empty provider", "environment => 'dev', reason => 'sale', cloud_provider => ''", "23514"],
    ["an empty key", "environment => 'dev', reason => 'sale', allow_key => ''", "23514"],
    ["a role that does not exist", "environment => 'dev', reason => 'sale', allow_role => 'no such role'", "QD024"],
  ] as const)("%s", async ([, args, code]) => {
    expect(await outcome(sql.unsafe(`select deploy_queue.freeze(${args})`))).toBe(code);
  });

  test("a deployer", async () => {
    const deployer = await newLogin("deploy_queue_deployer");
    expect(await outcome(deployer.sql`select deploy_queue.freeze('dev', 'sale')`)).toBe("42501");
    expect(await outcome(deployer.sql`select deploy_queue.thaw(1)`)).toBe("42501");
  });

  test("an operator of another environment", async () => {
    const operator = await newLogin("deploy_queue_operator");
    await sql.unsafe(`alter role ${operator.name} set deploy_queue.allowed_environments = 'prod'`);
    expect(await outcome(operator.sql`select deploy_queue.freeze('dev', 'sale')`)).toBe("QD020");
    expect(await outcome(operator.sql`select deploy_queue.freeze('prod', 'sale', 'aws', 'nowhere')`)).toBe("ok");
  });
});

test("freezes leave events about their environment", async () => {
  const { freeze_id } = await freezeDev();
  await policies.thaw(freeze_id);
  const events = await sql<{ reason: string }[]>`
    select reason from deploy_queue.deployment_events
    where kind = 'configured' and environment = 'dev' order by id desc limit 2`;
  expect(events.map(({ reason }) => reason.replace(/[,:].*/, ""))).toEqual(["freezes changed", "freezes added"]);
  expect(events[1]?.reason).toContain("reason sale");
});
