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

test.each([
  ["02:30", "03:15", "2026-03-29T01:00Z", "2026-03-29T01:15Z"],
  ["01:30", "02:30", "2026-03-29T00:30Z", "2026-03-29T01:00Z"],
  ["02:00", "04:00", "2026-03-29T01:00Z", "2026-03-29T02:00Z"],
  ["23:00", "02:10", "2026-03-28T22:00Z", "2026-03-29T01:00Z"],
  // A whole hour that the clock shows twice.
  ["02:00", "03:00", "2026-10-25T01:00Z", "2026-10-25T02:00Z"],
])("a window from %s to %s begins and ends with the hour that the clock skips", async (from, to, opens, closes) => {
  const moments = { opens: new Date(opens), closes: new Date(closes) };
  await clock.at(new Date(moments.opens.getTime() - 1_000).toISOString());
  await policies.addWindow("dev", [1, 2, 3, 4, 5, 6, 7], from, to, "Europe/Berlin");
  expect(await policies.windows("dev")).toMatchObject([moments]);
});

test("a window within the hour that the clock skips opens on the next day", async () => {
  await clock.at("2026-03-29T00:00:00Z");
  await policies.addWindow("dev", [1, 2, 3, 4, 5, 6, 7], "02:15", "02:45", "Europe/Berlin");
  expect(await policies.windows("dev")).toMatchObject([{ opens: new Date("2026-03-30T00:15Z") }]);
});
