import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { beforeEach, describe, expect, inject, onTestFinished, test } from "vitest";
import { emptyDatabase } from "../../support/emptyDatabase.js";
import { createPredecessor } from "../../support/predecessor.js";
import { outcome } from "../../support/session.js";
import { until } from "../../support/until.js";

let sql: postgres.Sql;
let url: string;

/** Another client of the same database. */
function connect(): postgres.Sql {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  onTestFinished(() => client.end());
  return client;
}

beforeEach(async () => {
  const database = await emptyDatabase(inject("templateName"));
  ({ url } = database);
  sql = postgres(url, { max: 1, onnotice: () => undefined, types: { bigint: postgres.BigInt } });
  onTestFinished(() => sql.end());
  await createPredecessor(sql);
});

/** Rows of the old table, as "(component, …) values (…)"; the rest is that of prod-aws-r-cell-1. */
async function old(columns: string, ...rows: string[]): Promise<void> {
  for (const row of rows) {
    await sql.unsafe(`
      insert into public.deployments (environment, cloud_provider, region, cell_index, ${columns})
      values ('prod', 'aws', 'r', 1, ${row})`);
  }
}

/** A role that may do nothing yet. */
async function newRole(): Promise<string> {
  const role = `adopted_${process.pid}_${Date.now()}`;
  await sql.unsafe(`create role ${role}`);
  onTestFinished(async () => void (await sql.unsafe(`drop owned by ${role} cascade; drop role ${role}`)));
  return role;
}

const adopt = (withRunning = false) => sql`select * from deploy_queue.adopt(with_running => ${withRunning})`;
const preview = () => sql`select what, amount::integer, problem from deploy_queue.preview_adoption()`;
const problems = async () => (await preview()).flatMap(({ problem }) => problem ?? []);

/** A year of one deployment of each kind, and two that wait. */
async function history(): Promise<void> {
  await old(
    "component, version, url, note, start_timestamp, finish_timestamp, created_at, heartbeat_timestamp",
    `'api', 'v1', 'https://run/1', 'first', now() - interval '50 min', now() - interval '45 min', now() - interval '1 h', now() - interval '45 min'`,
  );
  await old(
    "component, start_timestamp, cancellation_timestamp, cancellation_note, created_at",
    `'web', now() - interval '40 min', now() - interval '39 min', 'broken', now() - interval '40 min'`,
  );
  await old("component, concurrency_key", `'api', 'hotfix'`, `'db', null`);
}

test("moves environments, deployments and ids as they were", async () => {
  await history();
  const before = await sql`select * from public.deployments order by id`;

  expect([...(await adopt())]).toEqual([
    { what: "environments", amount: 2n },
    { what: "cells", amount: 1n },
    { what: "deployments cancelled", amount: 1n },
    { what: "deployments finished", amount: 1n },
    { what: "deployments queued", amount: 2n },
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

describe("a program that uses the old names", () => {
  const enqueue = async (client: postgres.Sql, component: string): Promise<number> => {
    const [row] = await client`
      insert into deployments (environment, cloud_provider, region, cell_index, component, version, url, note, concurrency_key)
      values ('dev', 'aws', 'r', 1, ${component}, 'v2', 'https://run/2', 'note', null) returning id`;
    return Number(row?.["id"]);
  };
  const start = (client: postgres.Sql, id: number) =>
    client`update deployments set start_timestamp = now() where id = ${id}`;

  test("enqueues after the last id, starts, sends heartbeats, finishes and cancels", async () => {
    await history();
    await adopt();
    const client = connect();

    const id = await enqueue(client, "api");
    expect(id).toBe(5);
    await start(client, id);
    await client`update deployments set heartbeat_timestamp = now() where id = ${id}`;
    await client`update deployments set finish_timestamp = now() where id = ${id}`;
    const second = await enqueue(client, "web");
    await client`update deployments set cancellation_timestamp = now(), cancellation_note = 'why' where id = ${second}`;

    expect(
      await sql`select id::integer, status from deploy_queue.deployments_with_status where id > 4 order by id`,
    ).toEqual([
      { id, status: "finished" },
      { id: second, status: "cancelled" },
    ]);
    expect(await client`select id from deployments where url = 'https://run/2' order by id desc limit 1`).toEqual([
      { id: String(second) },
    ]);
  });

  test("is refused a start that the rules forbid, whoever looked before", async () => {
    await adopt();
    const [one, two] = [connect(), connect()];
    const first = await enqueue(one, "api");
    const second = await enqueue(two, "web");

    expect(await outcome(start(two, second))).toBe("QD003");
    expect(await outcome(start(one, first))).toBe("ok");
  });

  test("wakes who waits under the new names", async () => {
    await adopt();
    const client = connect();
    const first = await enqueue(client, "api");
    await start(client, first);
    const second = await enqueue(client, "web");
    let woken = false;
    await sql.listen(`deploy_queue_deployment_${second}`, () => {
      woken = true;
    });

    await client`update deployments set finish_timestamp = now() where id = ${first}`;

    await until("the next in line is woken", () => woken);
  });

  test("asks for blockers, statuses and durations as before", async () => {
    await history();
    await adopt();
    const client = connect();

    const blockers = await client`
      select blocking.id::integer, env.buffer_time::text, analytics.deployment_count::integer,
        get_deployment_status(blocking.start_timestamp, blocking.finish_timestamp, blocking.cancellation_timestamp,
          env.buffer_time) = 'queued' as queued
      from deployments as self
      join environments as env on env.environment = self.environment
      join deployments as blocking on blocking.region = self.region and blocking.id < self.id
        and blocking.finish_timestamp is null and blocking.cancellation_timestamp is null
      left join deployment_duration_analytics as analytics on analytics.component = blocking.component
      where self.id = 4`;
    expect(blockers).toEqual([{ id: 3, buffer_time: "00:07:00", deployment_count: 1, queued: true }]);
    expect(await client`select * from cells`).toHaveLength(1);
    expect(
      await client`select component_status = 'finished'::deployment_status as done, version from prod_latest_deployments`,
    ).toEqual([{ done: true, version: "v1" }]);
    expect(await client`select deployment_id::integer from prod_finished_deployments`).toEqual([{ deployment_id: 1 }]);
    const current = await client`
      select deployment_id::integer as id, current_duration::interval from prod_current_deployments where current_status = 'queued'`;
    expect(current.map(({ id }) => id)).toEqual([3, 4]);
  });

  test("finds the columns that it knows, with their types", async () => {
    // The type text takes the place of varchar; to a client the two are one.
    const columns = (schema: string) => sql`
      select relname, attname, attnum, case atttypid when 'varchar'::regtype then 'text'::regtype else atttypid::regtype end as type
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = ${schema}::regnamespace and relkind in ('r', 'v', 'm') and attnum > 0 and relname <> '_sqlx_migrations'
      order by relname, attnum`;
    const before = [...(await columns("public"))];
    expect(before.length).toBeGreaterThan(60);

    await adopt();

    expect([...(await columns("public"))]).toEqual(before);
  });

  test("may do what it might do, and no more", async () => {
    const role = await newRole();
    await sql.unsafe(`grant select, insert on public.deployments to ${role};
      grant update (finish_timestamp) on public.deployments to ${role}; grant select on public.cells to public`);
    await adopt();
    const client = connect();
    await client.unsafe(`set role ${role}`);

    expect(await outcome(enqueue(client, "api"))).toBe("ok");
    expect(await outcome(client`select from cells`)).toBe("ok");
    expect(await outcome(client`update deployments set finish_timestamp = now() where id = 0`)).toBe("ok");
    expect(await outcome(client`update deployments set start_timestamp = now() where id = 1`)).toBe("42501");
    expect(await outcome(client`select from environments`)).toBe("42501");
    expect(await outcome(client`select from deploy_queue.deployments`)).toBe("42501");
  });

  test("and only reads the views, reads them, also after the next migration", async () => {
    const views = [
      ...["public.cells", "public.deployment_duration_analytics", "public.prod_latest_deployments"],
      ...["public.prod_current_deployments", "public.prod_finished_deployments"],
    ];
    const role = await newRole();
    await sql.unsafe(`grant select on ${views.join(", ")} to ${role}`);
    await history();
    await adopt();
    const client = connect();
    await client.unsafe(`set role ${role}`);
    const reads = async () => {
      for (const view of views) expect(await outcome(client.unsafe(`select * from ${view}`)), view).toBe("ok");
    };

    await reads();
    await sql.unsafe(`revoke all on all functions in schema deploy_queue from ${role}`);
    await sql`select deploy_queue._grant_roles()`;
    await reads();
    expect(await outcome(client`select * from deploy_queue.queue`)).toBe("42501");
    expect(await outcome(client`select deploy_queue.finish(1)`)).toBe("42501");
  });

  test("as the owner of the tables goes on when a superuser adopts", async () => {
    const role = await newRole();
    await sql.unsafe(
      `alter table public.deployments owner to ${role}; alter table public.environments owner to ${role}`,
    );
    await adopt();
    const client = connect();
    await client.unsafe(`set role ${role}`);

    const id = await enqueue(client, "api");
    expect(await outcome(start(client, id))).toBe("ok");
    expect(await outcome(client`select * from environments`)).toBe("ok");
  });
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
    await adopt(true);
    expect(await sql`select kind, deployment_id::integer from deploy_queue.waiting_on(2)`).toEqual([
      { kind: "running", deployment_id: 1 },
    ]);
    expect(await outcome(sql`select from deploy_queue.finish(1)`)).toBe("ok");
  });

  test("twice in one cell is never adopted", async () => {
    await old("component, start_timestamp", `'api', now()`, `'web', now()`);
    expect(await outcome(adopt(true))).toBe("QD013");
    expect(await problems()).toContain("running in a cell in which another runs; finish or cancel one: 1, 2");
  });
});

test("brings free text into one line and timestamps into order, and says so", async () => {
  await old(
    "component, version, note, created_at, start_timestamp, finish_timestamp",
    `'api', '', E'two\\nlines', now(), now() - interval '1 h', now() - interval '2 h'`,
  );
  expect([...(await preview())].slice(-2)).toEqual([
    { what: "texts brought into one line", amount: 1, problem: null },
    { what: "timestamps brought into order", amount: 1, problem: null },
  ]);
  await adopt();
  expect(
    await sql`select note, version, finish_timestamp = start_timestamp as ended_at_once from deploy_queue.deployments`,
  ).toEqual([{ note: "two lines", version: null, ended_at_once: true }]);
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

test("does not wait for long behind somebody who uses the tables", async () => {
  const reader = connect();
  await reader.unsafe("begin; select from public.deployments");
  await expect(adopt()).rejects.toMatchObject({ code: "QD013", hint: expect.stringContaining("try again") });
  await reader.unsafe("commit");
});

test("is refused in a transaction that would not see what was written while it waited", async () => {
  await history();
  expect(await outcome(sql.unsafe("begin isolation level serializable; select deploy_queue.adopt()"))).toBe("QD011");
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
  await expect(other`select deploy_queue.preview_adoption()`).rejects.toThrow("there is nothing to adopt");
});

test("the way back of docs/adoption.md brings the predecessor back, with what happened since", async () => {
  await history();
  await adopt();
  await sql`select from deploy_queue.try_start(3)`;
  await sql`select from deploy_queue.finish(3)`;
  await sql`select from deploy_queue.enqueue('prod', 'aws', 'new', 1, 'api')`;
  const page = readFileSync(join(import.meta.dirname, "../../../docs/adoption.md"), "utf8");
  const [wayBack = ""] = page.match(/(?<=^```sql\n)begin;.*?(?=^```)/ms) ?? [];

  await sql.unsafe(wayBack);

  const rows = await sql`
    select id::integer, finish_timestamp is not null as finished from public.deployments where cancellation_timestamp is null
    order by id`;
  expect(rows.map(({ id, finished }) => `${id} ${finished}`)).toEqual(["1 true", "3 true", "4 false", "5 false"]);
  expect(await sql`select relkind from pg_class where oid = 'public.deployments'::regclass`).toEqual([
    { relkind: "r" },
  ]);
  const [next] = await sql`
    insert into public.deployments (environment, cloud_provider, region, cell_index, component)
    values ('prod', 'aws', 'r', 1, 'api') returning id::integer`;
  expect(next).toEqual({ id: 6 });
  expect(await sql`select to_regnamespace('deploy_queue') is null as gone`).toEqual([{ gone: true }]);
});
