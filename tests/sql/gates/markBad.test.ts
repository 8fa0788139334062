import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { markBad, markGood, newVersion, type Versioned } from "../../support/marks.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);

/** Whoever owns the database of these tests. */
const owner = new URL(database.url).username;
const note = ({ component, version }: Versioned) =>
  `${component}@${version} was marked bad by ${owner}: it loses orders`;

describe("a version that is marked bad", () => {
  test("is withdrawn from those that wait, wherever they do; those that run go on and are told", async () => {
    const what = await newVersion(database);
    const line = newLine(database, "prod");
    const running = await line.add("running", what);
    const queued = await line.add("queued", what);
    const staged = await newLine(database).add("queued", { ...what, hold: "outside" });
    const other = await line.add("queued", { ...what, version: "v4" });
    const ear = await listen(database, [queued, staged, other, running]);

    expect(await markBad(database, what)).toEqual([
      { id: running, cancellation_kind: null, cancellation_note: null },
      { id: queued, cancellation_kind: "withdrawn", cancellation_note: note(what) },
      { id: staged, cancellation_kind: "withdrawn", cancellation_note: note(what) },
    ]);
    expect(await ear.heard()).toEqual([`${queued} ended`, `${staged} ended`]);
    expect(await sql`select kind, reason from deploy_queue.history(${running}) where kind = 'marked-bad'`).toEqual([
      { kind: "marked-bad", reason: "it loses orders" },
    ]);
    expect(
      await sql`
        select detail from deploy_queue.deployment_events where deployment_id = ${queued} and kind = 'cancelled'`,
    ).toEqual([{ detail: { how: "withdrawn" } }]);
    await queue.finish(running);
  });

  test("enters no line, by whatever door", async () => {
    const what = await newVersion(database);
    await markBad(database, what);
    const refused = { code: "QD062", message: note(what) };
    await expect(database.enqueue(what)).rejects.toMatchObject({ message: note(what), exitCode: 4 });
    await expect(sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, version)
      values ('dev', 'aws', 'plain', 0, ${what.component}, 'v3')`).rejects.toMatchObject(refused);
    await expect(sql`
      select deploy_queue.preflight('dev', 'aws', 'plain', 0, ${what.component}, version => 'v3')`).rejects.toMatchObject(
      refused,
    );
    await database.enqueue({ ...what, version: "v4" });
  });

  test("redeems no reservation", async () => {
    const what = await newVersion(database);
    const { region } = newLine(database);
    const place = { environment: "dev", cloudProvider: "aws", region, cellIndex: 0, component: what.component };
    const { id } = await queue.reserve(place, 60);
    await markBad(database, what);
    await expect(queue.redeem(id, { version: "v3" })).rejects.toMatchObject({ message: note(what) });
    await queue.redeem(id, { version: "v4" });
  });

  test("is history that may be recorded, and is started by the recorded bypass", async () => {
    const what = await newVersion(database);
    await markBad(database, what);
    await sql`
      insert into deploy_queue.deployments
        (environment, cloud_provider, region, cell_index, component, version, start_timestamp, finish_timestamp)
      values ('dev', 'aws', 'late', 0, ${what.component}, 'v3', now() - interval '2 hours', now() - interval '1 hour')`;
    const { sql: operator, begin, commit } = await openSession(database);
    await begin();
    await operator`set local deploy_queue.bypass_reason = 'sev 1'`;
    await operator`
      insert into deploy_queue.deployments
        (environment, cloud_provider, region, cell_index, component, version, start_timestamp)
      values ('dev', 'aws', 'forced', 0, ${what.component}, 'v3', now())`;
    await commit();
  });

  test("is what a rollback may go back to when it has finished there, unless the policy gates rollbacks", async () => {
    const what = { ...(await newVersion(database)), version: "unfinished" };
    const line = newLine(database);
    const older = await line.add("running", what);
    const { environment } = line;
    const newer = await newLine(database).add("running", { ...what, version: "v4" });
    const other = await queue.deployment(newer);
    const never = await database.enqueue({ ...what, environment, region: other.region, rollbackOf: newer });
    await markBad(database, what);
    expect(await queue.deployment(never.id)).toMatchObject({ cancellation_kind: "withdrawn" });
    await expect(
      database.enqueue({ ...what, environment, region: other.region, rollbackOf: newer }),
    ).rejects.toMatchObject({ code: "QD062" });
    await queue.finish(older);
    await database.enqueue({ ...what, environment, region: other.region, rollbackOf: newer });
    await sql`select deploy_queue.set_component('dev', ${what.component}, gate_rollbacks => true)`;
    await expect(
      database.enqueue({ ...what, environment, region: other.region, rollbackOf: newer }),
    ).rejects.toMatchObject({
      message: note(what),
    });
  });

  test("counts where its maker may change something, and for what is promoted from there", async () => {
    const what = await newVersion(database);
    await sql`select deploy_queue.set_environment('after-dev', promote_from => 'dev')`;
    const tied = await newLogin();
    await sql`select deploy_queue.grant_role(${tied.name}, 'operator', '{dev}')`;
    const { id } = await database.enqueue({ ...what, environment: "after-dev" });
    const here = await newLine(database).add("queued", what);
    const elsewhere = await newLine(database, "prod").add("queued", what);

    const marked = await tied.sql`select id from deploy_queue.mark_bad(${what.component}, 'v3', 'it loses orders')`;
    expect(marked).toEqual([{ id: here }]);
    await expect(database.enqueue(what)).rejects.toMatchObject({ exitCode: 4 });
    expect((await queue.tryStart(elsewhere)).started).toBe(true);
    const text = `${what.component}@v3 was marked bad by ${tied.name}: it loses orders`;
    const cures = [{ function: "mark_good", arguments: { component: what.component, version: "v3" } }];
    expect((await queue.tryStart(id)).waitingOn).toMatchObject([{ kind: "promotion", text, cures }]);

    const ear = await listen(database, [id]);
    await markGood(database, what);
    expect(await ear.woken()).toEqual([id]);
    expect(await queue.tryStart(id)).toMatchObject({ started: true });
    await markBad(database, what);
    const back = outcome(tied.sql`select deploy_queue.mark_good(${what.component}, 'v3')`);
    expect(await back).toBe("QD020");
  });
});

test("one that entered while its version was being marked keeps no other one waiting, and its next look cancels it", async () => {
  const what = await newVersion(database);
  const line = newLine(database);
  const entering = await openSession(database);
  const marking = await openSession(database);
  await marking.begin();
  await marking.sql`select deploy_queue.mark_bad(${what.component}, 'v3', 'it loses orders')`;
  const [entered] = await entering.sql<{ id: number }[]>`
    select id from deploy_queue.enqueue('dev', 'aws', ${line.region}, 0, ${what.component}, 'v3')`;
  await marking.commit();
  const next = await line.add("queued");
  expect(await queue.line.forecast(next)).toMatchObject({ blocker_count: 0 });
  expect(await queue.tryStart(next)).toMatchObject({ started: true });
  const left = await queue.tryStart(entered?.id ?? 0);
  expect(left.deployment).toMatchObject({ cancellation_kind: "withdrawn", cancellation_note: note(what) });
});

test("one that starts meanwhile is not withdrawn", async () => {
  const what = await newVersion(database);
  const id = await newLine(database).add("queued", what);
  const starting = await openSession(database);
  const marking = await openSession(database);
  await starting.begin();
  await starting.sql`select from deploy_queue.try_start(${id})`;
  const marked = outcome(marking.sql`select deploy_queue.mark_bad(${what.component}, 'v3', 'it loses orders')`);
  await untilBlocked(database, marking, starting);
  await starting.commit();
  expect(await marked).toBe("ok");
  expect(await queue.deployment(id)).toMatchObject({ cancellation_timestamp: null, stop_timestamp: null });
});

test("to mark a version twice changes nothing", async () => {
  const what = await newVersion(database);
  await markBad(database, what);
  await markBad(database, what);
  const marks = await sql`select from deploy_queue.bad_versions where component = ${what.component}`;
  expect(marks).toHaveLength(1);
});

test("a version that no deployment has had, or no reason, is refused", async () => {
  const what = await newVersion(database);
  const mark = (version: string, reason: string | null) =>
    sql`select deploy_queue.mark_bad(${what.component}, ${version}, ${reason})`;
  await expect(mark("v9", "bad")).rejects.toMatchObject({ code: "QD063" });
  await expect(mark("v3", " ")).rejects.toMatchObject({ code: "QD022" });
  await expect(sql`select deploy_queue.mark_good(${what.component}, 'v9')`).rejects.toMatchObject({
    code: "QD063",
  });
});

describe("what is to be promoted names", () => {
  test("its version where it enters, or where it is redeemed", async () => {
    await sql`select deploy_queue.set_environment('named', promote_from => 'dev')`;
    const refused = { message: "api names no version, and named takes only what has finished in dev", exitCode: 4 };
    await expect(database.enqueue({ environment: "named" })).rejects.toMatchObject(refused);
    const place = { environment: "named", cloudProvider: "aws", region: "named", cellIndex: 0, component: "api" };
    const { id } = await queue.reserve(place, 60);
    expect(await outcome(sql`select deploy_queue.redeem(${id})`)).toBe("QD061");
    await queue.redeem(id, { version: "v3" });
  });

  test("its artifact, where it must be the same", async () => {
    await sql`select deploy_queue.set_environment('same', promote_from => 'dev', same_artifact => true)`;
    await expect(database.enqueue({ environment: "same", version: "v3" })).rejects.toMatchObject({
      message: "api@v3 names no artifact, and same takes only what has finished in dev",
    });
  });
});
