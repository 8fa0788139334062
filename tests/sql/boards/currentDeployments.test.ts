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
