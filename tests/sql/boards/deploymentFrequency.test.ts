import { expect, test } from "vitest";
import { useTwoWeeks } from "../../support/twoWeeks.js";

const { byWeek } = useTwoWeeks();

test("deployment_frequency counts what finished, in the week in which it did", async () => {
  expect(await byWeek("deployment_frequency", "deployment_count, day_count")).toEqual([
    { week: "06", deployment_count: 2, day_count: 1 },
    { week: "13", deployment_count: 1, day_count: 1 },
  ]);
});
