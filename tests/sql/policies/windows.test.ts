import { afterEach, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useStandingClock } from "../../support/standingClock.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies } = queue;
const clock = useStandingClock(database, "2026-03-02 12:00:00+00");

afterEach(async () => {
  await sql`delete from deploy_queue.maintenance_windows`;
});

test("windows tells since when each is open, or when it opens", async () => {
  await clock.at("2026-03-02T12:00:00Z");
  await policies.addWindow("dev", [2, 1, 1], "11:00", "13:00", "utc");
  await policies.addWindow("dev", [3], "22:00", "01:00", "europe/berlin");
  expect(await policies.windows("dev")).toMatchObject([
    { days: [1, 2], zone: "UTC", opens: new Date("2026-03-02T11:00Z"), closes: new Date("2026-03-02T13:00Z") },
    { days: [3], zone: "Europe/Berlin", opens: new Date("2026-03-04T21:00Z"), closes: new Date("2026-03-05T00:00Z") },
  ]);
  expect(await policies.windows("prod")).toEqual([]);
});
