import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newTarget } from "../../support/targets.js";

const { queue } = useDatabase();

test("an agent that has left serves nothing until it calls again, and what waits says so at once", async () => {
  const target = newTarget();
  const agents = async () => (await queue.work.targets()).find((one) => one.target === target.target)?.agents;
  const submit = async () => (await queue.work.submit({ target: target.target, commands: ["true"] })).waitingOn;
  await queue.work.register("c", [target]);
  expect(await submit()).toEqual([]);

  await queue.work.leave("c");
  expect(await agents()).toEqual([]);
  expect(await submit()).toContainEqual(expect.objectContaining({ kind: "agent" }));

  await queue.work.keep("c");
  expect(await agents()).toEqual(["c"]);
});
