import { expect, test } from "vitest";
import { useLogins } from "../../support/logins.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";
import { useTwoWeeks } from "../../support/twoWeeks.js";

const { database, sql } = useTwoWeeks();
const newLogin = useLogins(database);

const figures = async (since = "-infinity", until = "infinity") => {
  const rows = await sql`
    select to_char(week at time zone 'UTC', 'DD') as week, started_count, finished_count, cancelled_count
    from deploy_queue.weekly_figures(${since}::text::timestamptz, ${until}::text::timestamptz) order by weekly_figures.week`;
  return rows.map((row) => Object.values(row).join(" "));
};
const refresh = async (batchSize = 1000) => {
  const [row] = await sql`select deploy_queue.refresh_weekly_figures(${batchSize}) as count`;
  return row?.["count"];
};
const kept = async () => (await sql`select from deploy_queue.weekly_figures`).length;

test("a week is added up once it has been over for a day, in batches from the newest to the oldest, and reads the same", async () => {
  const before = await sql`select * from deploy_queue.weekly_figures() order by week`;
  expect(await refresh(2)).toBe(2);
  expect(await refresh()).toBeGreaterThan(50);
  expect(await refresh()).toBe(0);

  expect(await kept()).toBe(2);
  expect(await sql`select * from deploy_queue.weekly_figures() order by week`).toEqual(before);
  const [newest] = await sql`
    select max(week) = date_trunc('week', deploy_queue._now() - interval '1 day', 'UTC') - interval '7 days' as is_last
    from deploy_queue.summed_weeks`;
  expect(newest).toEqual({ is_last: true });
});

test("an operator who may not change every environment adds nothing up", async () => {
  await sql`delete from deploy_queue.summed_weeks`;
  await database.queue.roles.create();
  const login = await newLogin("deploy_queue_operator");
  await sql.unsafe(`alter role ${login.name} set deploy_queue.allowed_environments = 'dev'`);

  expect([...(await login.sql`select deploy_queue.refresh_weekly_figures() as count`)]).toEqual([{ count: 0 }]);
  expect(await kept()).toBe(0);
});

test("adding up waits for a transaction that adds history, and counts it", async () => {
  await sql`delete from deploy_queue.summed_weeks`;
  const adding = await openSession(database);
  const refreshing = await openSession(database);
  await adding.begin();
  await adding.sql`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, created_at,
      cancellation_timestamp)
    values ('prod', 'aws', 'later', 0, 'api', '2025-01-14Z', '2025-01-14Z')`;
  const pending = outcome(refreshing.sql`select deploy_queue.refresh_weekly_figures(1000)`);
  await untilBlocked(database, refreshing, adding);
  await adding.commit();

  expect(await pending).toBe("ok");
  expect(await kept()).toBe(2);
  expect(await figures()).toEqual(["06 4 2 2", "13 0 1 1"]);
});
