import { readFileSync } from "node:fs";
import { join } from "node:path";
import type postgres from "postgres";
import { describe, expect, inject, test } from "vitest";
import { adoptionStatements } from "../../../src/database/adoption.js";
import { usePredecessor } from "../../support/adoption.js";
import { emptyDatabase } from "../../support/emptyDatabase.js";
import { outcome } from "../../support/session.js";
import { until } from "../../support/until.js";

let sql: postgres.Sql;
const { connect, newRole, old, oldProgram, history, adopt, preview } = usePredecessor((client) => {
  sql = client;
});

const scope = { withRunning: false, withWaiting: true };
const problems = async () => (await preview()).flatMap(({ problem }) => problem ?? []);

test("moves environments, deployments and ids as they were", async () => {
  await history();
  const before = await sql`select * from public.deployments order by id`;

  expect(await adopt()).toEqual([
    { what: "environments", amount: 2n, problem: null },
    { what: "cells", amount: 1n, problem: null },
    { what: "deployments cancelled", amount: 1n, problem: null },
    { what: "deployments finished", amount: 1n, problem: null },
    { what: "deployments queued", amount: 2n, problem: null },
  ]);

  expect([...(await sql`select * from public.deployments order by id`)]).toEqual([...before]);
  expect([...(await sql`select * from deploy_queue_predecessor.deployments order by id`)]).toEqual([...before]);
  expect(await sql`select buffer_time::text from deploy_queue.environments where environment = 'prod'`).toEqual([
    { buffer_time: "00:07:00" },
  ]);
});

test("leaves the tables of the queue with the indexes, constraints and triggers that they had", async () => {
  const details = () => sql`
    select pg_get_indexdef(indexrelid) as detail from pg_index
    where indrelid in ('deploy_queue.deployments'::regclass, 'deploy_queue.deployment_events'::regclass)
      and indexrelid <> coalesce(to_regclass('deploy_queue.deployments_by_location'), 0)
    union all
    select concat(conname, pg_get_constraintdef(oid), convalidated) from pg_constraint
    where connamespace = 'deploy_queue'::regnamespace
    union all
    select concat(tgname, tgenabled) from pg_trigger where tgrelid = 'deploy_queue.deployments'::regclass and not tgisinternal
    order by detail`;
  await history();
  const before = [...(await details())];

  await adopt();

  expect([...(await details())]).toEqual(before);
});

test("leaves the events that its deployments would have left, and their usual durations", async () => {
  await history();
  await adopt();

  const events = await sql`
    select deployment_id::integer as id, kind, from_state, to_state, reason from deploy_queue.deployment_events
    where deployment_id is not null order by id`;
  expect(events.map((event) => Object.values(event).join(" "))).toEqual([
    "1 enqueued  queued recorded after the fact",
    "1 started queued running ",
    "1 finished running finished ",
    "2 enqueued  queued recorded after the fact",
    "2 started queued running ",
    "2 cancelled running cancelled broken",
    "3 enqueued  queued ",
    "4 enqueued  queued ",
  ]);
  expect(await sql`select component, avg_duration::text from deploy_queue.deployment_duration_analytics`).toEqual([
    { component: "api", avg_duration: "00:05:00" },
  ]);
  expect(await sql`select * from deploy_queue.verify_history()`).toHaveLength(0);
});

describe("what waits", () => {
  test("stands in the way, unless it is asked for", async () => {
    await old("component", `'api'`, `'web'`);
    const found = (await preview({ withWaiting: false })).flatMap(({ problem }) => problem ?? []);
    expect(found).toEqual(["waiting; let them start or cancel them, or adopt with those that wait: 1, 2"]);
    expect(await outcome(adopt({ withWaiting: false }))).toBe("QD013");
  });

  test("goes on with the statements that its program has prepared, one of which waits meanwhile", async () => {
    const [program, other] = [await oldProgram(), await oldProgram()];
    const [holder, waiter] = [await program.enqueue("api"), await other.enqueue("web")];
    await program.start(holder);
    for (const id of [holder, waiter]) await other.beat(id);
    expect((await other.look(waiter)).map(({ id }) => id)).toEqual([String(holder)]);
    // Held up before it has locked all of the tables, so that the program asks while they are being replaced.
    const reader = connect();
    await reader`begin`;
    await reader`select from public.environments`;
    const adoption = adopt({ withRunning: true });
    await until("the adoption waits for the reader", async () => {
      const [row] = await reader`select from pg_locks where not granted and mode = 'AccessExclusiveLock'`;
      return row !== undefined;
    });
    const meanwhile = other.look(waiter);
    await reader`commit`;
    await adoption;

    expect((await meanwhile).map(({ id }) => id)).toEqual([String(holder)]);
    expect(await other.beat(waiter)).toBe(1);
    expect((await other.look(waiter)).map(({ id }) => id)).toEqual([String(holder)]);
    expect(await program.finish(holder)).toBe(1);
    expect(await other.look(waiter)).toEqual([]);
    expect(await other.start(waiter)).toBe(1);
    expect(await other.enqueue("api")).toBe(waiter + 1);
  });
});

describe("a role that is called like the schema", () => {
  // As is the role of the tests, whose search_path the predecessor has set.
  const setPath = (path: string) =>
    sql.unsafe(
      `do $$ begin execute format('alter role current_user in database %I ${path}', current_database()); end $$`,
    );

  test.for(["reset search_path", `set search_path = "$user", public`, "set search_path = deploy_queue"])(
    "stands in the way after %s: it would find the tables of the queue for those of the predecessor",
    async (path, { skip }) => {
      const [row] = await sql<{ user: string }[]>`select session_user::text as user`;
      skip(row?.user !== "deploy_queue", "the role of the tests has another name on this server");
      await setPath(path);
      expect(await problems()).toEqual([expect.stringContaining("alter role deploy_queue set search_path = public")]);
      expect(await outcome(adopt())).toBe("QD013");
      await setPath("set search_path = public");
      expect(await problems()).toEqual([]);
    },
  );
});

describe("what runs", () => {
  test("stands in the way", async () => {
    await old("component, start_timestamp", `'api', now()`);
    expect(await problems()).toEqual(["running; finish or cancel them, or adopt with those that run: 1"]);
    expect(await outcome(adopt())).toBe("QD013");
  });

  test("is adopted when that is asked for, and blocks", async () => {
    await old("component, start_timestamp", `'api', now() - interval '1 min'`);
    await old("component", `'web'`);
    await adopt({ withRunning: true });
    expect(await sql`select kind, deployment_id::integer from deploy_queue.waiting_on(2)`).toEqual([
      { kind: "running", deployment_id: 1 },
    ]);
    expect(await outcome(sql`select from deploy_queue.finish(1)`)).toBe("ok");
  });

  test("twice in one cell is never adopted", async () => {
    await old("component, start_timestamp", `'api', now()`, `'web', now()`);
    expect(await outcome(adopt({ withRunning: true }))).toBe("QD013");
    expect(await problems()).toContain("running in a cell in which another runs; finish or cancel one: 1, 2");
  });
});

test("brings free text into one line and timestamps into order, and says so", async () => {
  await old(
    "component, version, note, created_at, start_timestamp, finish_timestamp",
    `'api', '', E'two\\nlines', now(), now() - interval '1 h', now() - interval '2 h'`,
  );
  expect((await preview()).slice(-2)).toEqual([
    { what: "texts brought into one line", amount: 1n, problem: null },
    { what: "timestamps brought into order", amount: 1n, problem: null },
  ]);
  await adopt();
  expect(
    await sql`select note, version, finish_timestamp = start_timestamp as ended_at_once from deploy_queue.deployments`,
  ).toEqual([{ note: "two lines", version: null, ended_at_once: true }]);
});

test("makes a url that is no address of a page a part of the note, and says so", async () => {
  await old(
    "component, url, note",
    `'api', 'job 7', 'hot fix'`,
    `'web', 'javascript:x', null`,
    `'db', 'http://x', null`,
  );
  expect((await preview()).slice(-1)).toEqual([{ what: "texts brought into one line", amount: 2n, problem: null }]);
  await adopt();
  expect([...(await sql`select url, note from deploy_queue.deployments order by id`)]).toEqual([
    { url: null, note: "hot fix; job 7" },
    { url: null, note: "javascript:x" },
    { url: "http://x", note: null },
  ]);
});

test("tells everything that stands in the way at once, and changes nothing", async () => {
  await sql.unsafe(`
    insert into public.deployments (environment, cloud_provider, region, cell_index, component)
    values ('prod', 'aws', 'r', -1, 'api'), ('prod', '', 'r', 1, E'a\\tb');
    create view public.of_mine as select id from public.deployments;
    create table public.linked (deployment_id bigint references public.deployments);
    update public.environments set buffer_time = '-1 min'`);
  await sql`select from deploy_queue.enqueue('dev', 'aws', 'r', 1, 'api')`;

  expect(await problems()).toEqual([
    "deployments are in deploy_queue already",
    "other objects depend on its tables and would stay behind: constraint linked_deployment_id_fkey on table public.linked, view public.of_mine",
    "environments have a buffer time below 0 or above 30 days: dev, prod",
    "cell index must be 0 or more: 1",
    "cloud provider must be 1 to 100 printable characters: 2",
    "component must be 1 to 200 printable characters: 2",
  ]);
  expect(await outcome(adopt())).toBe("QD013");
  expect(await sql`select to_regnamespace('deploy_queue_predecessor') is null as untouched`).toEqual([
    { untouched: true },
  ]);
});

test("leaves everything as it was when it fails midway", async () => {
  await history();
  await sql.unsafe("create schema deploy_queue_predecessor");

  expect(await outcome(adopt())).toBe("42P06");

  expect(await sql`select count(*)::integer from deploy_queue.deployments`).toEqual([{ count: 0 }]);
  expect(await sql`select relkind from pg_class where oid = 'public.deployments'::regclass`).toEqual([
    { relkind: "r" },
  ]);
  const enabled = await sql`
    select from pg_trigger where tgrelid = 'deploy_queue.deployments'::regclass and not tgisinternal and tgenabled <> 'O'`;
  expect(enabled).toHaveLength(0);
});

test("does not wait for long behind a session that uses the tables", async () => {
  const reader = connect();
  await reader.unsafe("begin; select from public.deployments");
  await expect(adopt()).rejects.toMatchObject({ code: "QD013", hint: expect.stringContaining("try again") });
  await reader.unsafe("commit");
});

test("only the owner of the queue adopts or looks, and is told so before any lock", async () => {
  const role = await newRole();
  await sql.unsafe(`grant all on schema public to ${role}; grant all on all tables in schema public to ${role}`);
  await sql.unsafe(`set role ${role}`);
  expect(await outcome(adopt())).toBe("42501");
  expect(await outcome(preview())).toBe("42501");
  await sql.unsafe("reset role");
});

describe("its functions", () => {
  const functions = () => sql`
    select oid::regprocedure::text as name, proconfig as settings from pg_proc
    where pronamespace = pg_my_temp_schema() order by 1`;

  test("are gone when it has ended, wherever it was refused or failed", async () => {
    await history();
    await preview();
    expect(await functions()).toEqual([]);
    await sql.unsafe("create schema deploy_queue_predecessor");
    await outcome(adopt());
    expect(await functions()).toEqual([]);
    await sql.unsafe("drop schema deploy_queue_predecessor");
    await adopt();
    expect(await functions()).toEqual([]);
  });

  test("are gone when its session dies in the middle, and nothing has changed", async () => {
    await history();
    const [other, dying] = [connect(), connect()];
    await other.unsafe("begin; select from public.environments");
    const adoption = outcome(dying.unsafe(await adoptionStatements("adopt", scope)));
    await until("the adoption waits for a lock", async () => {
      const ended = await other`
        select pg_terminate_backend(pid) from pg_locks
        where not granted and relation = 'public.environments'::regclass`;
      return ended.length > 0;
    });
    expect(await adoption).not.toBe("ok");
    await other.unsafe("commit");

    await until("its session has ended", async () => {
      const left = await other`select from pg_proc where proname = '_adopt_history'`;
      return left.length === 0;
    });
    expect(await other`select relkind from pg_class where oid = 'public.deployments'::regclass`).toEqual([
      { relkind: "r" },
    ]);
  });

  test("pin their search_path, and are found nowhere else", async () => {
    const statements = await adoptionStatements("preview_adoption", scope);
    await sql.unsafe(statements.replace(/drop function .*$/, ""));
    const found = await functions();
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(({ settings }) => !settings.includes("search_path=pg_catalog, pg_temp"))).toEqual([]);
    expect(
      await sql`select proname from pg_proc where pronamespace = 'deploy_queue'::regnamespace and proname ~ 'adopt(ion)?'`,
    ).toEqual([]);
  });
});

test("knows the columns of deployments by their names, also one that came later or was dropped", async () => {
  await history();
  await old("component", "''");
  await sql.unsafe(`
    alter table deploy_queue.deployments add column gone text;
    alter table deploy_queue.deployments add column added text not null default 'as usual';
    alter table deploy_queue.deployments drop column gone`);

  expect(await problems()).toEqual(["component must be 1 to 200 printable characters: 5"]);
  await sql.unsafe("delete from public.deployments where component = ''");
  await adopt();

  expect(await sql`select id::integer, added from deploy_queue.deployments order by id`).toEqual(
    [1, 2, 3, 4].map((id) => ({ id, added: "as usual" })),
  );
});

test("is refused in a transaction that would not see what was written while it waited", async () => {
  await history();
  await sql.unsafe("begin isolation level serializable");
  expect(await outcome(adopt())).toBe("QD011");
  await sql.unsafe("rollback");
});

test("moves also what was written while it waited", async () => {
  const writer = connect();
  await writer.unsafe("begin");
  await writer`insert into public.deployments (environment, cloud_provider, region, cell_index, component)
    values ('prod', 'aws', 'r', 1, 'late')`;
  const adoption = outcome(adopt());
  await until("the adoption waits", async () => {
    const waiting = await writer`
      select from pg_locks join pg_database on pg_database.oid = database and datname = current_database() where not granted`;
    return waiting.length > 0;
  });
  await writer.unsafe("commit");

  expect(await adoption).toBe("ok");
  expect(await sql`select component from deploy_queue.deployments`).toEqual([{ component: "late" }]);
});

test("says that there is nothing to adopt, or nothing any more", async () => {
  await adopt();
  await expect(adopt()).rejects.toThrow("the predecessor has been adopted already");
  const { sql: other } = await emptyDatabase(inject("templateName"));
  await expect(other.unsafe(await adoptionStatements("preview_adoption", scope))).rejects.toThrow(
    "there is nothing to adopt",
  );
});

test("the way back of docs/adoption.md brings the predecessor back, with what happened since", async () => {
  await history();
  await adopt();
  await sql`select from deploy_queue.try_start(3)`;
  await sql`select from deploy_queue.finish(3)`;
  await sql`select from deploy_queue.enqueue('prod', 'aws', 'new', 1, 'api')`;
  await sql`select from deploy_queue.set_environment('staging', buffer_time => '3 minutes')`;
  await sql`select from deploy_queue.enqueue('staging', 'aws', 'new', 1, 'api')`;
  await sql`select from deploy_queue.enqueue('staging', 'aws', 'new', 1, 'api', hold => 'outside')`;
  const page = readFileSync(join(import.meta.dirname, "../../../docs/adoption.md"), "utf8");
  const [wayBack = ""] = page.match(/(?<=^```sql\n)begin;.*?(?=^```)/ms) ?? [];

  await sql.unsafe(wayBack);

  const rows = await sql`
    select id::integer, finish_timestamp is not null as finished from public.deployments where cancellation_timestamp is null
    order by id`;
  expect(rows.map(({ id, finished }) => `${id} ${finished}`)).toEqual([
    "1 true",
    "3 true",
    "4 false",
    "5 false",
    "6 false",
  ]);
  expect(await sql`select environment, buffer_time::text from public.environments order by 1`).toEqual([
    { environment: "dev", buffer_time: "00:00:00" },
    { environment: "prod", buffer_time: "00:07:00" },
    { environment: "staging", buffer_time: "00:03:00" },
  ]);
  expect(await sql`select relkind from pg_class where oid = 'public.deployments'::regclass`).toEqual([
    { relkind: "r" },
  ]);
  const [next] = await sql`
    insert into public.deployments (environment, cloud_provider, region, cell_index, component)
    values ('prod', 'aws', 'r', 1, 'api') returning id::integer`;
  expect(next).toEqual({ id: 7 });
  expect(await sql`select to_regnamespace('deploy_queue') is null as gone`).toEqual([{ gone: true }]);
});
