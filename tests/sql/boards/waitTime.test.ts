import { expect, test } from "vitest";
import { useTwoWeeks } from "../../support/twoWeeks.js";

const { byWeek } = useTwoWeeks();

test("wait_time has everything that started, also what was cancelled then", async () => {
  const columns =
    "deployment_count, extract(epoch from median_wait_time)::integer as median, extract(epoch from max_wait_time)::integer as max";
  expect((await byWeek("wait_time", columns))[0]).toEqual({ week: "06", deployment_count: 4, median: 240, max: 540 });
});
