import { expect, test } from "vitest";
import { useTwoWeeks } from "../../support/twoWeeks.js";

const { byWeek } = useTwoWeeks();

test("cancellation_rate is the share of the cancelled among those that ended", async () => {
  expect(
    await byWeek("cancellation_rate", "deployment_count, cancelled_count, cancelled_running_count, cancellation_rate"),
  ).toEqual([
    { week: "06", deployment_count: 4, cancelled_count: 2, cancelled_running_count: 1, cancellation_rate: 0.5 },
    { week: "13", deployment_count: 1, cancelled_count: 0, cancelled_running_count: 0, cancellation_rate: 0 },
  ]);
});
