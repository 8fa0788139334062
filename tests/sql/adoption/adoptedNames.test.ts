import type postgres from "postgres";
import { describe, expect, test } from "vitest";
import { objectsAsStatements } from "../../../src/database/objects.js";
import { objectsFolder } from "../../../src/database/schema.js";
import { usePredecessor } from "../../support/adoption.js";
import { outcome } from "../../support/session.js";
import { until } from "../../support/until.js";

let sql: postgres.Sql;
const { connect, newRole, old, history, adopt } = usePredecessor((client) => {
  sql = client;
});

const enqueue = async (client: postgres.Sql, component: string): Promise<number> => {
  const [row] = await client`
    insert into deployments (environment, cloud_provider, region, cell_index, component, version, url, note, concurrency_key)
    values ('dev', 'aws', 'r', 1, ${component}, 'v2', 'https://run/2', 'note', null) returning id`;
  return Number(row?.["id"]);
};
const start = (client: postgres.Sql, id: number) =>
  client`update deployments set start_timestamp = now() where id = ${id}`;

describe("a program that uses the old names", () => {
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

  test("is refused a start that the rules forbid, also after a look", async () => {
    await adopt();
    const [one, two] = [connect(), connect()];
    const first = await enqueue(one, "api");
    const second = await enqueue(two, "web");

    expect(await outcome(start(two, second))).toBe("QD003");
    expect(await outcome(start(one, first))).toBe("ok");
  });

  test("is refused a finish where verification is required, and reads as running what is verified", async () => {
    await adopt();
    const client = connect();
    await sql`update deploy_queue.environments set require_verification = true where environment = 'dev'`;
    const id = await enqueue(client, "api");
    await start(client, id);
    expect(await outcome(client`update deployments set finish_timestamp = now() where id = ${id}`)).toBe("QD058");
    await sql`select deploy_queue.begin_verification(${id})`;
    expect(await client`select id from deployments where id = ${id} and finish_timestamp is null`).toHaveLength(1);
    await sql`select deploy_queue.finish(${id}, verified => true)`;
  });

  test("wakes a waiter under the new names", async () => {
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
    // In the views that its waiters only join, the type text takes the place of varchar; to a client the two are one.
    const columns = (schema: string) => sql`
      select relname, attname, attnum, case
          when relname in ('environments', 'deployment_duration_analytics') and atttypid = 'varchar'::regtype then 'text'
          else format_type(atttypid, atttypmod)
        end as type
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace = ${schema}::regnamespace and relkind in ('r', 'v', 'm') and attnum > 0 and relname <> '_sqlx_migrations'
      order by relname, attnum`;
    const before = [...(await columns("public"))];
    expect(before.length).toBeGreaterThan(60);

    await adopt();

    expect([...(await columns("public"))]).toEqual(before);
  });

  test("may insert what the predecessor took: it is mended as an adoption mends it", async () => {
    const columns =
      "component, version, url, note, concurrency_key, created_at, start_timestamp, finish_timestamp, cancellation_timestamp, cancellation_note";
    const rows = [
      `'a', '', E'https://run/1\t?x', E'two\nlines', '', now(), null, null, now() - interval '1 h', E'two\r\nlines'`,
      `'b', 'v1', 'not a page', 'note', null, now() - interval '1 h', now() - interval '2 h', now() - interval '3 h', null, null`,
      `'c', 'v1', 'javascript:x', null, 'key', now() - interval '1 h', now() - interval '1 h', now(), null, null`,
    ];
    const stored = (where: string) =>
      sql.unsafe(`select ${columns} from deploy_queue.deployments where ${where} order by id`);
    await old(columns, ...rows);
    await adopt();
    const adopted = [...(await stored("true"))];
    const client = connect();
    for (const row of rows) {
      await client.unsafe(`
        insert into deployments (environment, cloud_provider, region, cell_index, ${columns}) values ('prod', 'aws', 'r', 1, ${row})`);
    }

    const inserted = [...(await stored("id > 3"))];
    const texts = ({ component, version, url, note, concurrency_key, cancellation_note }: postgres.Row) => ({
      ...{ component, version, url, note, concurrency_key, cancellation_note },
    });
    expect(inserted.map(texts)).toEqual(adopted.map(texts));
    expect(
      await sql.unsafe(`select id from deploy_queue.deployments where id > 3 and finish_timestamp < start_timestamp`),
    ).toEqual([]);
    const [note] = await client`
      update deployments set cancellation_timestamp = now(), cancellation_note = ${"two\nlines"}
      where id = ${await enqueue(client, "d")} returning cancellation_note`;
    expect(note).toEqual({ cancellation_note: "two lines" });
  });

  test("does not choose ids, unless an operator goes past the line with a reason", async () => {
    await history();
    await adopt();
    const client = connect();
    const insert = async () =>
      (
        await client<{ id: string }[]>`
          insert into deployments (id, environment, cloud_provider, region, cell_index, component)
          values (700, 'dev', 'aws', 'r', 1, 'api') returning id`
      )[0]?.id;

    expect(await insert()).toBe("5");
    await client`set deploy_queue.bypass_reason = 'moved from another database'`;
    expect(await insert()).toBe("700");
    expect(await outcome(client`update deployments set id = 800 where id = 700`)).toBe("QD007");
    await client`reset deploy_queue.bypass_reason`;
    expect(await enqueue(client, "api")).toBe(701);
    expect(await outcome(client`delete from deployments where id = 700`)).toBe("QD010");
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

  test("and only reads the views reads them, also after the schema is applied again", async () => {
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
    await sql.unsafe(objectsAsStatements(objectsFolder()));
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
