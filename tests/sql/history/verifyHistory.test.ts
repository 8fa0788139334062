import { beforeEach, expect, test } from "vitest";
import { gatedBy, newVersion, reportTo } from "../../support/checks.js";
import { type EnqueueArguments, useDatabase } from "../../support/database.js";
import { openSession, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const owner = database.connect();

const findings = async () =>
  (
    await sql<{ rule: string; id: number }[]>`
    select rule, deployment_id as id from deploy_queue.verify_history() order by rule, deployment_id`
  ).map(({ rule, id }) => `${rule} ${id}`);

/** Does what only the owner can do, with the triggers that would refuse it out of the way. */
async function tamper(statement: string): Promise<void> {
  await owner.unsafe(`begin; set local session_replication_role = replica; ${statement}; commit`);
}

/** Ids of deployments in one cell of prod, one after the other with their buffers between them. */
async function lives(count: number): Promise<number[]> {
  const ids: number[] = [];
  const region = `verified-${Date.now()}-${Math.random()}`;
  for (let index = 0; index < count; index += 1) {
    const { id } = await database.enqueue({ environment: "prod", region, component: `c${index}` });
    await queue.tryStart(id);
    await queue.finish(id);
    await database.advance("11 minutes");
    ids.push(id);
  }
  return ids;
}

beforeEach(async () => {
  await tamper(`
    delete from deploy_queue.deployment_events where deployment_id is not null;
    delete from deploy_queue.deployments`);
});

test("finds nothing in a life of every kind", async () => {
  await lives(3);
  const { id: cancelled } = await database.enqueue({ environment: "prod" });
  await queue.cancel(cancelled);
  const { id: reaped } = await database.enqueue({ environment: "prod", heartbeat: true });
  await database.advance("20 minutes");
  await queue.upkeep.reapStaleDeployments();
  const region = "shared";
  for (const concurrencyKey of ["x", "x"]) {
    const { id } = await database.enqueue({ environment: "prod", region, concurrencyKey });
    await queue.tryStart(id);
  }
  await database.enqueue({ environment: "prod", region });
  expect((await queue.deployment(reaped)).status).toBe("cancelled");
  expect(await findings()).toEqual([]);
});

test("finds a start of a version that was not promoted, or was marked bad, and none where it was not so then", async () => {
  await sql`select deploy_queue.set_environment('source')`;
  await sql`select deploy_queue.set_environment('target')`;
  const start = async (environment: string, version: string) => {
    const { id } = await database.enqueue({ environment, version });
    await queue.tryStart(id);
    await database.advance("2 minutes");
    return id;
  };
  const before = await start("target", "v1");
  await sql`select deploy_queue.set_environment('target', promote_from => 'source')`;
  await database.advance("2 minutes");
  await queue.finish(await start("source", "v1"));
  const promoted = await start("target", "v1");
  expect(await findings()).toEqual([]);

  await tamper(`update deploy_queue.deployments set version = 'v2' where id = ${promoted}`);
  expect(await findings()).toEqual([`promotions ${promoted}`]);
  await tamper(`update deploy_queue.deployments set version = 'v1' where id = ${promoted}`);
  await sql`select deploy_queue.mark_bad('api', 'v1', 'it loses orders')`;
  expect(await findings()).toEqual([]);
  await tamper("update deploy_queue.bad_versions set created_at = created_at - interval '5 minutes'");
  expect(await findings()).toEqual([`bad versions ${promoted}`]);
  await queue.finish(before);
  await sql`select deploy_queue.mark_good('api', 'v1')`;
});

test("finds a start without a check that was demanded, and none where it had passed or was not demanded then", async () => {
  const environment = await gatedBy(database, "e2e");
  const start = async (version: string) => {
    const { id } = await database.enqueue({ environment, version });
    await queue.tryStart(id);
    await queue.finish(id);
    await database.advance("2 minutes");
    return id;
  };
  const passed = newVersion();
  await reportTo(database, passed, "e2e", { expiresIn: 60 });
  const shown = await start(passed);
  await reportTo(database, passed, "e2e", { passed: false });
  await queue.environments.set(environment, { requireChecks: [] });
  await database.advance("2 minutes");
  const undemanded = await start(newVersion());
  await queue.environments.set(environment, { requireChecks: ["e2e", "load"] });
  await database.advance("2 minutes");
  expect(await findings()).toEqual([]);

  // As if these had started now: the first has failed since, and the other was never reported.
  for (const id of [shown, undemanded]) {
    await tamper(`
      update deploy_queue.deployments set start_timestamp = deploy_queue._now(), finish_timestamp = deploy_queue._now() where id = ${id};
      update deploy_queue.deployment_events set occurred_at = deploy_queue._now() where deployment_id = ${id} and kind in ('started', 'finished')`);
  }
  expect((await findings()).filter((found) => found.startsWith("checks"))).toEqual([
    ...[`checks ${shown}`, `checks ${shown}`, `checks ${undemanded}`, `checks ${undemanded}`],
  ]);
  await queue.environments.set(environment, { requireChecks: [] });
});

test("judges rollbacks and parts of other work by what the rule demands of them", async () => {
  await sql`select deploy_queue.set_environment('held', require_checks => '{e2e}')`;
  const place = { environment: "held", region: "held" };
  await queue.checks.report({ component: "api", version: "v1", name: "e2e", passed: true });
  await queue.checks.report({ component: "api", version: "v2", name: "e2e", passed: true });
  await queue.checks.report({ component: "db", version: "v5", name: "e2e", passed: true });
  await database.advance("2 minutes");
  const start = async (more: Partial<EnqueueArguments>) => {
    const { id } = await database.enqueue({ ...place, heartbeat: true, ...more });
    await queue.tryStart(id, { heartbeat: true });
    return id;
  };
  await queue.finish(await start({ version: "v1" }));
  const holder = await start({ version: "v2" });
  const part = await start({ component: "db", version: "v5", parentId: holder, joinParent: true });
  await queue.finish(part);
  await queue.finish(holder);
  await queue.checks.report({ component: "api", version: "v1", name: "e2e", passed: false });
  await database.advance("2 minutes");
  const back = await start({ version: "v1", rollbackOf: holder });
  await queue.finish(back);
  expect(await findings()).toEqual([]);

  const become = (id: number, version: string) =>
    tamper(`update deploy_queue.deployments set version = '${version}' where id = ${id}`);
  await become(part, "v6");
  await become(back, "v3");
  expect(await findings()).toEqual([`checks ${part}`, `promotions ${back}`]);
  await become(part, "v5");
  await become(back, "v1");

  // Marked before all of them started.
  for (const [component, version] of [
    ["api", "v1"],
    ["api", "v2"],
    ["db", "v5"],
  ] as const) {
    await sql`select deploy_queue.mark_bad(${component}, ${version}, 'it loses orders')`;
  }
  await tamper(
    "update deploy_queue.bad_versions set created_at = created_at - interval '1 hour' where version <> 'v1'",
  );
  expect(await findings()).toEqual([`bad versions ${holder}`, `bad versions ${part}`]);
  for (const [component, version] of [
    ["api", "v1"],
    ["api", "v2"],
    ["db", "v5"],
  ] as const) {
    await sql`select deploy_queue.mark_good(${component}, ${version})`;
  }
  await tamper("delete from deploy_queue.bad_versions");
  expect(await findings()).toEqual([]);

  // As if it had been so before they started.
  await sql`select deploy_queue.set_environment('held', gate_rollbacks => true, approvals => 1)`;
  await tamper("delete from deploy_queue.deployment_events where kind = 'configured' and environment = 'held'");
  expect((await findings()).filter((found) => !found.startsWith("approvals"))).toEqual([`checks ${back}`]);
  expect(await findings()).toContain(`approvals ${part}`);
  await sql`select deploy_queue.set_environment('held', approvals => 0, require_checks => '{}')`;
});

test("finds nothing in history that was recorded after the fact, whatever happened then", async () => {
  await sql.unsafe(`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp, finish_timestamp)
    select 'prod', 'aws', 'imported', 1, 'api', now() - interval '2 h', now() - interval '1 h' from generate_series(1, 3)`);
  expect(await findings()).toEqual([]);
});

/** Starts a deployment beside another one, past the rules. Returns the id of the second. */
async function startBeside(region: string): Promise<number> {
  const { id: first } = await database.enqueue({ environment: "prod", region });
  await queue.tryStart(first);
  const { id: second } = await database.enqueue({ environment: "prod", region });
  await owner.unsafe(
    `begin; set local deploy_queue.bypass_reason = 'sev 1'; select deploy_queue.try_start(${second}); commit`,
  );
  await queue.finish(second);
  await queue.finish(first);
  return second;
}

test("finds nothing in a start past the rules, unless no event says why", async () => {
  const forced = await startBeside("forced");
  expect(await findings()).toEqual([]);
  await tamper("delete from deploy_queue.deployment_events where kind = 'bypassed'");
  expect(await findings()).toEqual([`bypasses ${forced}`]);
});

test("finds two at once", async () => {
  const second = await startBeside("beside");
  await tamper("update deploy_queue.deployments set forced = false");
  expect(await findings()).toEqual([`never two at once ${second}`]);
});

/** Starts a waiter, which the rules forbid. */
async function startAnyway(id: number): Promise<void> {
  await tamper(`
    update deploy_queue.deployments set start_timestamp = deploy_queue._now() where id = ${id};
    insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state)
    select id, start_timestamp, 'started', 'queued', 'running' from deploy_queue.deployments where id = ${id}`);
}

test("finds a deployment that overtook", async () => {
  const { id: first } = await database.enqueue({ environment: "prod", region: "line" });
  const { id: second } = await database.enqueue({ environment: "prod", region: "line" });
  await startAnyway(second);
  expect(await findings()).toEqual([`the order of the line ${second}`]);
  await queue.cancel(first);
  expect(await findings()).toEqual([`the order of the line ${second}`]);
});

test("finds wake-ups of waiters whose turn had not come", async () => {
  const waiting: number[] = [];
  const region = "woken";
  for (let place = 0; place < 3; place += 1) waiting.push((await database.enqueue({ environment: "dev", region })).id);
  const [first = 0, second = 0, third = 0] = waiting;
  await queue.tryStart(first);
  await queue.finish(first);
  await queue.tryStart(second);
  expect(await findings()).toEqual([]);
  expect((await queue.history.of(second)).map(({ kind }) => kind)).toEqual(["enqueued", "woken", "started"]);

  // While the second runs; and, of the first, after it has ended.
  await tamper(`
    insert into deploy_queue.deployment_events (deployment_id, kind, from_state)
    values (${third}, 'woken', 'queued'), (${first}, 'woken', 'queued')`);
  expect(await findings()).toEqual([`wake-ups ${first}`, `wake-ups ${first}`, `wake-ups ${third}`]);
});

test("finds a wake-up of a waiter that was not the first", async () => {
  const region = "woken-too-early";
  await database.enqueue({ environment: "dev", region });
  const { id } = await database.enqueue({ environment: "dev", region });
  await tamper(`
    insert into deploy_queue.deployment_events (deployment_id, kind, from_state) values (${id}, 'woken', 'queued')`);
  expect(await findings()).toEqual([`wake-ups ${id}`]);
});

test("finds nothing where several end in one statement, and one wakes a waiter before the other has its event", async () => {
  const region = "side-by-side";
  const sharing: number[] = [];
  for (const concurrencyKey of ["x", "x"]) {
    const { id } = await database.enqueue({ environment: "dev", region, concurrencyKey });
    await queue.tryStart(id);
    sharing.push(id);
  }
  const { id } = await database.enqueue({ environment: "dev", region });
  await sql`update deploy_queue.deployments set finish_timestamp = now() where id in ${sql(sharing)}`;
  expect((await queue.history.of(id)).map(({ kind }) => kind)).toContain("woken");
  expect(await findings()).toEqual([]);
});

test("finds a deployment that overtook a higher priority", async () => {
  const { id: first } = await database.enqueue({ environment: "prod", region: "priority" });
  await database.enqueue({ environment: "prod", region: "priority", priority: 1 });
  await startAnyway(first);
  expect(await findings()).toEqual([`the order of the line ${first}`]);
});

test("finds nothing where a deployment on hold outside the line, or one with a later time, let another pass", async () => {
  const region = "passed";
  const staged = await database.enqueue({ environment: "prod", region, hold: "outside" });
  await database.enqueue({ environment: "prod", region, notBefore: new Date(Date.now() + 86_400_000) });
  const { id } = await database.enqueue({ environment: "prod", region });
  expect((await queue.tryStart(id)).started).toBe(true);
  await sql`select from deploy_queue.release(${staged.id})`;
  expect(await findings()).toEqual([]);
});

test.for([
  ["before", "interval '1 hour'", "null"],
  ["after", "null", "interval '-1 hour'"],
] as const)("finds a start %s the time it was to start in", async ([, notBefore, notAfter]) => {
  const [id] = await lives(1);
  await tamper(`
    update deploy_queue.deployments
    set not_before = start_timestamp + ${notBefore}, not_after = start_timestamp + ${notAfter}`);
  expect(await findings()).toEqual([`schedules ${id}`]);
});

test("a freeze excuses the deployments that it lets pass, in its place and nowhere else", async () => {
  await database.enqueue({ environment: "prod", region: "frozen" });
  const { id: second } = await database.enqueue({ environment: "prod", region: "frozen", concurrencyKey: "hotfix" });
  const freeze = (region: string) => sql`
    select deploy_queue.freeze('prod', 'sale', cloud_provider => 'aws', region => ${region}, allow_key => 'hotfix', allow_role => session_user)`;
  await freeze("elsewhere");
  await startAnyway(second);
  expect(await findings()).toEqual([`the order of the line ${second}`]);
  await tamper("update deploy_queue.freezes set region = 'frozen'");
  expect(await findings()).toEqual([]);
  await tamper("update deploy_queue.freezes set lifted_at = created_at");
});

test("finds nothing in a start that a freeze let pass while its thaw was under way", async () => {
  const busy = await database.enqueue({ environment: "prod", region: "busy" });
  await database.enqueue({ environment: "prod", region: "thawing" });
  const { id: hot } = await database.enqueue({ environment: "prod", region: "thawing", concurrencyKey: "hotfix" });
  const [freeze] = await sql<
    { id: number }[]
  >`select id from deploy_queue.freeze('prod', 'sale', allow_key => 'hotfix', allow_role => session_user)`;
  const [holder, thawer] = [await openSession(database), await openSession(database)];
  await holder.begin();
  await holder.sql`select deploy_queue.cancel(${busy.id})`;
  const thaw = thawer.sql`select deploy_queue.thaw(${freeze?.id ?? 0})`.execute();
  await untilBlocked(database, thawer, holder);
  expect((await queue.tryStart(hot)).started).toBe(true);
  await holder.commit();
  await thaw;
  expect(await findings()).toEqual([]);
});

test("finds a start in a buffer, by what the buffer was at that time", async () => {
  const [first, second] = await lives(2);
  const shorten = "start_timestamp - interval '9 minutes'";
  await queue.environments.set("prod", { bufferTime: 60 });
  expect(await findings()).toEqual([]);
  await tamper(`
    update deploy_queue.deployments set created_at = created_at - interval '1 day', start_timestamp = ${shorten} where id = ${second};
    update deploy_queue.deployment_events set occurred_at = occurred_at - interval '1 day' where deployment_id = ${second} and kind = 'enqueued';
    update deploy_queue.deployment_events set occurred_at = occurred_at - interval '9 minutes' where deployment_id = ${second} and kind = 'started'`);
  expect(await findings()).toEqual([`buffers ${second}`]);
  expect(first).toBeLessThan(second ?? 0);
  await queue.environments.set("prod", { bufferTime: 600 });
});

test("finds a finish without the verification that its environment required at that time", async () => {
  const [before] = await lives(1);
  await sql`select from deploy_queue.set_environment('prod', require_verification => true)`;
  await database.advance("2 minutes");
  const { id } = await database.enqueue({ environment: "prod", region: "verified" });
  await queue.tryStart(id);
  await queue.beginVerification(id);
  await queue.finish(id, { verified: true });
  await database.advance("2 minutes");
  await sql`select from deploy_queue.set_environment('prod', require_verification => false)`;
  expect(await findings()).toEqual([]);
  await tamper("update deploy_queue.deployments set verified_at = null");
  expect(await findings()).toEqual([`verifications ${id}`]);
  expect(before).toBeLessThan(id);
});

test.for([
  ["an event that is missing", "delete from deploy_queue.deployment_events where kind = 'finished'", "events"],
  [
    "an event too many",
    `insert into deploy_queue.deployment_events (deployment_id, kind, from_state, to_state)
    select id, 'cancelled', 'finished', 'cancelled' from deploy_queue.deployments`,
    "events",
  ],
  [
    "a timestamp that no event confirms",
    "update deploy_queue.deployments set finish_timestamp = finish_timestamp + interval '1 s'",
    "events",
  ],
  ["a start out of nothing", "delete from deploy_queue.deployment_events where kind = 'enqueued'", "states"],
  [
    "a state that does not follow",
    "update deploy_queue.deployment_events set from_state = 'queued' where kind = 'finished'",
    "states",
  ],
] as const)("finds %s", async ([, statement, rule]) => {
  const [id] = await lives(1);
  await tamper(statement);
  expect(await findings()).toContain(`${rule} ${id}`);
});

test("finds a start without its approvals, and an approval by the login that entered it", async () => {
  const environment = "verified-approvals";
  await sql`select deploy_queue.set_environment(${environment}, approvals => 1)`;
  const approved = async (principal: string) => {
    const { id, cell_id: cell } = await database.enqueue({ environment, version: "v1" });
    await tamper(`
      insert into deploy_queue.deployment_events (deployment_id, kind, principal, detail)
      values (${id}, 'approved', '${principal}', '{"version": "v1"}');
      update deploy_queue.deployments set start_timestamp = deploy_queue._now() where id = ${id};
      insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state)
      select id, start_timestamp, 'started', 'queued', 'running' from deploy_queue.deployments where id = ${id}`);
    return { id, cell };
  };
  await approved("ann");
  const [me] = await sql<{ name: string }[]>`select session_user::text as name`;
  const own = await approved(me?.name ?? "");
  expect(await findings()).toEqual([`approvals ${own.id}`]);

  // What was demanded when they started counts, not what is demanded later.
  await database.advance("2 minutes");
  await sql`select deploy_queue.set_environment(${environment}, approvals => 0)`;
  expect(await findings()).toEqual([`approvals ${own.id}`]);
  await sql`select deploy_queue.set_environment(${environment}, approvals => 2)`;
  expect(await findings()).toEqual([`approvals ${own.id}`]);
  await sql`select deploy_queue.set_environment(${environment}, approvals => 0)`;
});
