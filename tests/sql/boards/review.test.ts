import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();
const { sql } = database;
const empty = useDatabase();

/** In one week and the next: what entered, started, finished or was cancelled when. */
beforeAll(async () => {
  const insert = (
    region: string,
    created: string,
    start: string | null,
    finish: string | null,
    cancelled: string | null,
  ) =>
    sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, created_at,
        start_timestamp, finish_timestamp, cancellation_timestamp)
      values ('prod', 'aws', ${region}, 0, 'api', ${created}, ${start}, ${finish}, ${cancelled})`;
  await insert("a", "2025-01-06T08:00Z", "2025-01-06T08:01Z", "2025-01-06T08:10Z", null);
  await insert("b", "2025-01-06T09:00Z", "2025-01-06T09:03Z", "2025-01-06T09:30Z", null);
  await insert("c", "2025-01-08T09:00Z", "2025-01-08T09:05Z", null, "2025-01-08T09:07Z");
  await insert("d", "2025-01-09T09:00Z", null, null, "2025-01-09T09:07Z");
  // Sunday to Monday.
  await insert("e", "2025-01-12T23:50Z", "2025-01-12T23:59Z", "2025-01-13T00:01Z", null);
});

async function byWeek(view: string, columns: string) {
  const rows = await sql.unsafe(
    `select to_char(week at time zone 'UTC', 'DD') as week, ${columns} from deploy_queue.${view} order by 1`,
  );
  return rows.map((row) => ({ ...row }));
}

test("deployment_frequency counts what finished, in the week in which it did", async () => {
  expect(await byWeek("deployment_frequency", "deployment_count, day_count")).toEqual([
    { week: "06", deployment_count: 2, day_count: 1 },
    { week: "13", deployment_count: 1, day_count: 1 },
  ]);
});

test("lead_time is from entering the line to the finish, and wait and duration are its parts", async () => {
  const minutes = (column: string) => `round(extract(epoch from ${column}) / 60, 1)::float8 as ${column}`;
  const columns = ["avg_wait", "avg_duration", "avg_lead_time", "median_lead_time", "p90_lead_time"];
  expect((await byWeek("lead_time", columns.map(minutes).join()))[0]).toEqual({
    week: "06",
    avg_wait: 2,
    avg_duration: 18,
    avg_lead_time: 20,
    median_lead_time: 20,
    p90_lead_time: 28,
  });
});

test("wait_time has everything that started, also what was cancelled then", async () => {
  const columns =
    "deployment_count, extract(epoch from median_wait_time)::integer as median, extract(epoch from max_wait_time)::integer as max";
  expect((await byWeek("wait_time", columns))[0]).toEqual({ week: "06", deployment_count: 4, median: 240, max: 540 });
});

test("cancellation_rate is the share of the cancelled among those that ended", async () => {
  expect(
    await byWeek("cancellation_rate", "deployment_count, cancelled_count, cancelled_running_count, cancellation_rate"),
  ).toEqual([
    { week: "06", deployment_count: 4, cancelled_count: 2, cancelled_running_count: 1, cancellation_rate: 0.5 },
    { week: "13", deployment_count: 1, cancelled_count: 0, cancelled_running_count: 0, cancellation_rate: 0 },
  ]);
});

test("cell_timeline shows each run until its end, and the buffer after a finish", async () => {
  const rows = await sql`
    select region, state::text, to_char(held_from at time zone 'UTC', 'HH24:MI') as from,
      to_char(held_until at time zone 'UTC', 'HH24:MI') as until
    from deploy_queue.cell_timeline where region in ('a', 'c', 'd') order by 1, 3`;
  expect(rows.map((row) => Object.values(row))).toEqual([
    ["a", "running", "08:01", "08:10"],
    ["a", "buffering", "08:10", "08:20"],
    ["c", "cancelled", "09:05", "09:07"],
  ]);
});

describe("an empty database", () => {
  test("has no rows in any view, and no error", async () => {
    const views = await empty.sql<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'deploy_queue'::regnamespace and relkind = 'v'`;
    expect(views.length).toBeGreaterThan(15);
    for (const { name } of views) {
      expect(await empty.sql`select * from ${empty.sql(`deploy_queue.${name}`)}`, name).toHaveLength(0);
    }
  });
});
