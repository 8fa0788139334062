import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const { queue } = useDatabase();

test("the policy of a log is that of the component, else of its environment", async () => {
  await queue.environments.set("prod", { log: true, logLimit: 1_048_576 });
  await queue.environments.setComponent("prod", "quiet", { log: false });
  expect(await queue.logs.policy("prod", "api")).toEqual({ log: true, limit: 1_048_576 });
  expect(await queue.logs.policy("prod", "quiet")).toEqual({ log: false, limit: 1_048_576 });
  expect(await queue.logs.policy("dev", "api")).toEqual({ log: false, limit: 10_485_760 });
  expect(await queue.logs.policy("nowhere", "api")).toBeUndefined();
});
