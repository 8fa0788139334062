import { expect, test } from "vitest";
import { useTwoWeeks } from "../../support/twoWeeks.js";

const { byWeek } = useTwoWeeks();

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
