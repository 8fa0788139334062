import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newTarget } from "../../support/targets.js";

const { queue, advance } = useDatabase();

test("each target has the agents that are there, and when the last one was", async () => {
  const target = newTarget();
  await queue.work.register("b", [target]);
  await advance("1 hour");
  await queue.work.register("a", [target]);
  const [known, ...others] = await queue.work.targets();
  expect(others).toEqual([]);
  expect(known).toMatchObject({ ...target, agents: ["a"] });
  const [before] = [known?.seen_at.getTime() ?? 0];
  await advance("1 hour");
  await queue.work.keep("b");
  expect((await queue.work.targets())[0]?.seen_at.getTime()).toBeGreaterThan(before + 3_500_000);
});
