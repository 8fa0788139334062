import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { insertFinished } from "../../support/history.js";

const database = useDatabase();
const { sql, queue } = database;

const counts = (region: string) => sql<{ component: string; deployment_count: number }[]>`
  select component, deployment_count from deploy_queue.deployment_duration_analytics
  where region = ${region} order by component`;

test("drops samples that became older than 3 months, group by group until none is left", async () => {
  const region = "aging";
  const durations = ["1 minute", "3 minutes"];
  for (const component of ["api", "db", "web"]) {
    await insertFinished(database, { environment: "dev", region, component, endedAgo: "80 days", durations });
  }
  await insertFinished(database, { environment: "dev", region, component: "web", endedAgo: "1 day", durations });
  expect(await queue.upkeep.refreshDurations()).toBe(0);

  await database.advance("20 days");
  const refresh = async () => (await sql<{ count: number }[]>`select deploy_queue.refresh_durations(2) as count`)[0];
  expect(await refresh()).toEqual({ count: 2 });
  expect(await refresh()).toEqual({ count: 1 });
  expect(await refresh()).toEqual({ count: 0 });
  expect(await counts(region)).toEqual([{ component: "web", deployment_count: 2 }]);
});
