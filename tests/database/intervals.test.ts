import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";

const { queue } = useDatabase();

test.each([
  "0",
  "10 seconds",
  "-90 seconds",
  "1.5 seconds",
  "3 days 04:05:06.789012",
  "1 day -00:00:10.5",
  "-1 days +02:00:00",
  "1 mon",
  "2 years 3 mons -4 days",
  "1000 hours",
])("an interval of %s is a number of seconds, as the database counts them", async (interval) => {
  const [row] = await queue.database.query<{ read: number; counted: number }>(
    (sql) => sql`
      select given.length as read, extract(epoch from given.length)::float8 as counted
      from (select ${interval}::text::interval as length) as given`,
  );
  expect(row?.read).toBeCloseTo(row?.counted ?? Number.NaN, 6);
});
