import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

function rowsOf(view: string, region: string) {
  return sql`select * from ${sql(`deploy_queue.${view}`)} where region = ${region}`;
}

describe("current_deployments", () => {
  test("has those that are queued, running or buffering, and no others", async () => {
    const line = newLine(database, "prod");
    const old = await line.add("finished", { concurrencyKey: "k" });
    await database.advance("11 minutes");
    const buffering = await line.add("finished", { concurrencyKey: "k" });
    const running = await line.add("running", { concurrencyKey: "k" });
    const queued = await line.add("queued");
    await line.add("cancelled");

    const rows = await rowsOf("current_deployments", line.region);

    expect(Object.fromEntries(rows.map((row) => [row["deployment_id"], row["current_status"]]))).toEqual({
      [buffering]: "buffering",
      [running]: "running",
      [queued]: "queued",
    });
    expect((await rowsOf("finished_deployments", line.region)).map((row) => row["deployment_id"])).toEqual([old]);
  });

  test("says how long they take, usually take, and when that is too long", async () => {
    const line = newLine(database);
    for (const seconds of [100, 200]) {
      const id = await line.add("running");
      await database.advance(`${seconds} seconds`);
      await database.queue.finish(id);
    }
    const running = await line.add("running");
    await database.advance("30 seconds");

    const [row] = await sql`
      select deployment_id, extract(epoch from current_duration)::integer as current,
        extract(epoch from avg_duration)::integer as usual, extract(epoch from outlier_duration)::integer as limit
      from deploy_queue.current_deployments where region = ${line.region}`;

    // The sample deviation of 100 and 200 is 70.7.
    expect(row).toEqual({ deployment_id: running, current: 30, usual: 150, limit: 291 });
  });

  test("knows no usual duration without history, and no limit with one sample", async () => {
    const line = newLine(database);
    await line.add("queued");
    const [without] = await rowsOf("current_deployments", line.region);
    expect(without).toMatchObject({ current_duration: null, avg_duration: null, outlier_duration: null });

    const other = newLine(database);
    await other.add("finished");
    await other.add("running");
    const [single] = await rowsOf("current_deployments", other.region);
    expect(single?.["avg_duration"]).not.toBeNull();
    expect(single?.["outlier_duration"]).toBeNull();
  });
});

describe("the prod twins", () => {
  test.each(["current_deployments", "finished_deployments", "latest_deployments"])(
    "%s shows prod only",
    async (view) => {
      for (const environment of ["dev", "prod"]) {
        await newLine(database, environment).add("finished", { version: "v1" });
        await newLine(database, environment).add("queued", { version: "v1" });
      }
      await database.advance("11 minutes");

      const everywhere = await sql`select distinct environment from ${sql(`deploy_queue.${view}`)} order by 1`;
      const prod = await sql`select distinct environment from ${sql(`deploy_queue.prod_${view}`)}`;

      expect(everywhere.map((row) => row["environment"])).toEqual(["dev", "prod"]);
      expect(prod.map((row) => row["environment"])).toEqual(["prod"]);
    },
  );

  test("have the columns that older queries name, in their order", async () => {
    const columns = await sql<{ view: string; columns: string }[]>`
      select relname as view, string_agg(attname, ' ' order by attnum) as columns
      from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0
      where relnamespace = 'deploy_queue'::regnamespace and relname like 'prod\\_%'
      group by 1`;
    const place = "environment cloud_provider region cell_index component";
    expect(Object.fromEntries(columns.map((row) => [row.view, row.columns]))).toEqual({
      prod_current_deployments: `${place} deployment_id version current_status url start_timestamp finish_timestamp cancellation_timestamp created_at current_duration avg_duration outlier_duration`,
      prod_finished_deployments: `${place} deployment_id version current_status url start_timestamp finish_timestamp created_at`,
      prod_latest_deployments: `${place} version component_status job_url created_at`,
    });
  });
});
