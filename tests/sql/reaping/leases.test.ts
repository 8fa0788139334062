import { beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const statusOf = async (id: number) => (await queue.deployment(id)).status;
const reap = () => sql`select deploy_queue.reap_stale_deployments()`;
let environments = 0;

async function newEnvironment(heartbeatTimeout: number): Promise<string> {
  const name = `environment-${environments++}`;
  await queue.environments.set(name, { heartbeatTimeout });
  return name;
}

/** The length in seconds that the last heartbeat promised. */
async function lengthOf(id: number): Promise<number | undefined> {
  const [row] = await sql<{ length: number }[]>`
    select extract(epoch from alive_until - heartbeat_timestamp)::integer as length
    from deploy_queue.deployments where id = ${id}`;
  return row?.length;
}

beforeEach(async () => {
  await database.advance("1 day");
  await reap();
});

describe("a heartbeat_timeout that becomes shorter", () => {
  test("is obeyed from the next heartbeat on: nothing is reaped by the edit", async () => {
    const environment = await newEnvironment(900);
    const line = newLine(database, environment);
    const running = await line.add("running", { heartbeat: true });
    const queued = await line.add("queued", { heartbeat: true });
    const ear = await listen(database, [running, queued]);
    await queue.environments.set(environment, { heartbeatTimeout: 6 });
    // Keepers and waiters are told to send one now.
    expect(await ear.heard()).toEqual([`${running} policy`, `${queued} policy`]);
    await database.advance("10 minutes");
    await reap();
    expect(await Promise.all([statusOf(running), statusOf(queued)])).toEqual(["running", "queued"]);

    expect((await queue.heartbeat(running)).beatAgainIn).toBe(2);
    expect((await queue.tryStart(queued, { heartbeat: true })).lookAgainIn).toBe(2);
    expect(await Promise.all([lengthOf(running), lengthOf(queued)])).toEqual([6, 6]);
    await database.advance("7 seconds");
    await reap();
    expect(await Promise.all([statusOf(running), statusOf(queued)])).toEqual(["cancelled", "cancelled"]);
  });

  test("tells no deployment without a lease, and none of another environment", async () => {
    const environment = await newEnvironment(900);
    const unkept = await newLine(database, environment).add("running");
    const other = await newLine(database, await newEnvironment(900)).add("running", { heartbeat: true });
    const ear = await listen(database, [unkept, other]);
    await queue.environments.set(environment, { heartbeatTimeout: 6 });
    expect(await ear.heard()).toEqual([]);
  });
});

test("a heartbeat_timeout that becomes longer counts from the next heartbeat on", async () => {
  const environment = await newEnvironment(60);
  const [one, other] = [newLine(database, environment), newLine(database, environment)];
  const [silent, beating] = [
    await one.add("running", { heartbeat: true }),
    await other.add("running", { heartbeat: true }),
  ];
  await queue.environments.set(environment, { heartbeatTimeout: 900 });
  await queue.heartbeat(beating);
  await database.advance("61 seconds");
  await reap();
  expect(await Promise.all([statusOf(silent), statusOf(beating)])).toEqual(["cancelled", "running"]);
});

test("a maximum duration of the environment that changes counts for what runs, and its keepers are told", async () => {
  const environment = await newEnvironment(900);
  const [bound, own] = [
    await newLine(database, environment).add("running", { heartbeat: true }),
    await newLine(database, environment).add("running", { heartbeat: true, maxDuration: 3600 }),
  ];
  const ear = await listen(database, [bound]);
  await queue.environments.set(environment, { maxDuration: 60 });
  expect(await ear.heard()).toEqual([`${bound} policy`]);
  await database.advance("61 seconds");
  await reap();
  expect(await Promise.all([statusOf(bound), statusOf(own)])).toEqual(["stopping", "running"]);
});

describe("a plain UPDATE of heartbeat_timestamp", () => {
  const beat = (id: number, value = "now()") =>
    sql.unsafe(`update deploy_queue.deployments set heartbeat_timestamp = ${value} where id = ${id}`);

  test.for(["now()", "'2001-01-01'", "now() + interval '1 year'"])(
    "to %s renews the lease from now on",
    async (value) => {
      const id = await newLine(database).add("running", { heartbeat: true });
      await database.advance("14 minutes");
      await beat(id, value);
      expect(await lengthOf(id)).toBe(900);
      await database.advance("14 minutes");
      await reap();
      expect(await statusOf(id)).toBe("running");
      await database.advance("2 minutes");
      await reap();
      expect(await statusOf(id)).toBe("cancelled");
    },
  );

  test("begins a lease where there was none, and null ends it", async () => {
    const id = await newLine(database).add("running");
    await beat(id);
    expect(await lengthOf(id)).toBe(900);
    await beat(id, "null");
    expect(await queue.deployment(id)).toMatchObject({ heartbeat_timestamp: null, alive_until: null });
    await database.advance("1 day");
    await reap();
    expect(await statusOf(id)).toBe("running");
  });
});

test.for(["heartbeat_timestamp = now()", "alive_until = 'infinity'", "kept = false"])(
  "an ended deployment is refused a plain UPDATE of %s",
  async (set) => {
    const id = await newLine(database).add("cancelled", { heartbeat: true });
    await expect(
      sql.unsafe(`update deploy_queue.deployments set ${set}, note = note where id = ${id}`),
    ).rejects.toMatchObject({ code: "QD005" });
    await expect(sql.unsafe(`update deploy_queue.deployments set ${set} where id = ${id}`)).rejects.toMatchObject({
      code: "QD005",
    });
  },
);

/** A look of a waiter that sends heartbeats and has to wait. */
async function lookInVain(): Promise<void> {
  const line = newLine(database);
  await line.add("running");
  const { started } = await queue.tryStart(await line.add("queued", { heartbeat: true }));
  expect(started).toBe(false);
}

describe("a promotion", () => {
  /** As if the server had become the one that writes at this moment: no row tells of its timeline yet. */
  const promote = () => sql`update deploy_queue.timelines set timeline = 'FFFFFFFF'`;
  const forget = () => sql`delete from deploy_queue.timelines where timeline <> deploy_queue._timeline()`;

  test.for([
    ["the heartbeat of another one", () => database.enqueue().then(({ id }) => queue.heartbeat(id))],
    ["a look", lookInVain],
    ["a reaping", reap],
  ] as const)("is noticed by %s, and every lease is as long as it was once more", async ([, notice]) => {
    const id = await newLine(database).add("running", { heartbeat: true });
    await database.advance("16 minutes");
    await promote();
    await notice();
    await database.advance("14 minutes");
    await reap();
    expect(await statusOf(id)).toBe("running");
    await database.advance("2 minutes");
    await reap();
    expect(await statusOf(id)).toBe("cancelled");
    await forget();
  });

  test("is noticed also when its timeline has the number of an earlier one, as after pg_upgrade", async () => {
    const id = await newLine(database).add("running", { heartbeat: true });
    await database.advance("16 minutes");
    await sql`insert into deploy_queue.timelines values ('FFFFFFFF', deploy_queue._now() - interval '10 minutes')`;
    await reap();
    await database.advance("14 minutes");
    await reap();
    expect(await statusOf(id)).toBe("running");
    await forget();
  });

  test("holds up no heartbeat while the session that has noticed it keeps its transaction open", async () => {
    const [first, second] = [await database.enqueue(), await database.enqueue()];
    await promote();
    const session = await openSession(database);
    await session.begin();
    await session.sql`select from deploy_queue.heartbeat(${first.id})`;
    const other = await openSession(database);
    await other.sql`set lock_timeout = '2s'`;
    expect(await outcome(other.sql`select from deploy_queue.heartbeat(${second.id})`)).toBe("ok");
    await session.commit();
    await forget();
  });

  test("is noticed before anything is reaped", async () => {
    const line = newLine(database);
    const id = await line.add("running", { heartbeat: true });
    const next = await line.add("queued");
    await database.advance("16 minutes");
    await promote();
    expect((await queue.tryStart(next)).started).toBe(false);
    expect(await statusOf(id)).toBe("running");
    await forget();
  });

  test("does not let a lease look over to those who only read", async () => {
    const id = await newLine(database).add("running", { heartbeat: true });
    await database.advance("16 minutes");
    await promote();
    const [row] = await sql`select from deploy_queue.stuck_deployments where deployment_id = ${id} and kind = 'silent'`;
    expect(row).toBeUndefined();
    await reap();
    await forget();
  });
});

test("leases work on a server that refuses functions of WAL, as Amazon Aurora does", async () => {
  const id = await newLine(database).add("running", { heartbeat: true });
  await sql`alter function pg_catalog.pg_current_wal_insert_lsn() rename to hidden`;
  await sql.unsafe(`
    create function pg_catalog.pg_current_wal_insert_lsn() returns pg_lsn language plpgsql as $$
    begin
      raise exception 'wal_level must be set to logical' using errcode = '55000';
    end;
    $$`);
  await queue.heartbeat(id);
  await database.advance("14 minutes");
  await reap();
  expect(await statusOf(id)).toBe("running");
  await database.advance("2 minutes");
  await reap();
  expect(await statusOf(id)).toBe("cancelled");
  await sql`drop function pg_catalog.pg_current_wal_insert_lsn()`;
  await sql`alter function pg_catalog.hidden() rename to pg_current_wal_insert_lsn`;
  await sql`delete from deploy_queue.timelines where timeline = 'unknown'`;
});

test("a heartbeat that waits for a lock of its row keeps the deployment from being reaped", async () => {
  const line = newLine(database);
  const id = await line.add("running", { heartbeat: true });
  const next = await line.add("queued");
  const session = await openSession(database);
  await session.begin();
  await session.sql`select from deploy_queue.deployments where id = ${id} for update`;
  await database.advance("16 minutes");
  const beating = database.openQueue().heartbeat(id);
  await reap();
  expect((await queue.tryStart(next)).started).toBe(false);
  await session.commit();
  await beating;
  await reap();
  expect(await statusOf(id)).toBe("running");
});

describe("a deployment that runs without a keeper", () => {
  test("is shown as stuck, and to those who wait for it, after unkept_after", async () => {
    const line = newLine(database);
    const id = await line.add("running");
    const next = await line.add("queued");
    const shown = () =>
      sql`select text from deploy_queue.stuck_deployments where deployment_id = ${id} and kind = 'unkept'`;
    await database.advance("59 minutes");
    expect(await shown()).toEqual([]);
    expect((await queue.tryStart(next)).waitingOn).toMatchObject([{ text: `deployment ${id} (api) is running` }]);
    await database.advance("2 minutes");
    expect(await shown()).toEqual([
      {
        text: expect.stringMatching(/^deployment \d+ \(api\) runs without a keeper since .* and never ends by itself$/),
      },
    ]);
    expect((await queue.tryStart(next)).waitingOn).toMatchObject([
      { text: expect.stringMatching(/is running since .* without a keeper: it never ends by itself; once/) },
    ]);
    await queue.cancel(id);
    expect(await shown()).toEqual([]);
  });

  test("is not shown when its environment says that this is usual, nor when it is kept", async () => {
    const environment = await newEnvironment(900);
    await sql`update deploy_queue.environments set unkept_after = '1 day' where environment = ${environment}`;
    const usual = await newLine(database, environment).add("running");
    const kept = await newLine(database).add("running", { heartbeat: true });
    await database.advance("2 hours");
    await queue.heartbeat(kept);
    expect(
      await sql`select from deploy_queue.stuck_deployments
        where kind = 'unkept' and deployment_id in (${usual}, ${kept})`,
    ).toHaveLength(0);
  });
});
