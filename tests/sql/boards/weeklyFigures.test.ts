import { expect, test } from "vitest";
import { useTwoWeeks } from "../../support/twoWeeks.js";

const { sql, byWeek } = useTwoWeeks();

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

test("weekly_figures has the weeks whose Monday lies in the time", async () => {
  expect(await figures()).toEqual(["06 4 2 2", "13 0 1 0"]);
  expect(await figures("2025-01-06Z", "2025-01-12Z")).toEqual(["06 4 2 2"]);
  expect(await figures("2025-01-06T00:00:01Z")).toEqual(["13 0 1 0"]);
  expect(await figures("2025-01-14Z")).toEqual([]);
});

test("history that comes late is in the figures of its weeks, whether they were added up or not", async () => {
  await refresh();
  await sql`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, created_at,
      start_timestamp, finish_timestamp)
    values ('prod', 'aws', 'late', 0, 'api', '2025-01-08Z', '2025-01-08Z', '2025-01-15Z')`;

  expect(await figures()).toEqual(["06 5 2 2", "13 0 2 0"]);
  await refresh();
  expect(await kept()).toBe(2);
  expect(await figures()).toEqual(["06 5 2 2", "13 0 2 0"]);
});

test("the figures of a week stay when its deployments are pruned", async () => {
  await refresh();
  const before = await figures();
  await sql`update deploy_queue.environments set retention = '30 days'`;
  expect((await sql`select deploy_queue.prune_history() as count`)[0]).not.toEqual({ count: 0 });

  expect(await figures()).toEqual(before);
  expect(await byWeek("deployment_frequency", "deployment_count")).toEqual([
    { week: "06", deployment_count: 2 },
    { week: "13", deployment_count: 2 },
  ]);
});
