import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const { queue, ...database } = useDatabase();

test("the settings of a log are those of the component, else of its environment, and say where the log goes on", async () => {
  await queue.environments.set("chatty", { log: true, logLimit: 1_048_576 });
  await queue.environments.setComponent("chatty", "quiet", { log: false });
  const chatty = newLine({ queue, ...database }, "chatty");
  const id = await chatty.add("running");
  expect(await queue.logs.settings(id)).toEqual({ log: true, limit: 1_048_576, nextPosition: 1 });
  await queue.logs.append(id, "me", 1, [
    { stream: "stdout", content: "a", age: 0 },
    { stream: "stderr", content: "b", age: 0 },
  ]);
  expect(await queue.logs.settings(id)).toMatchObject({ nextPosition: 3 });
  const quiet = await chatty.add("queued", { component: "quiet" });
  expect(await queue.logs.settings(quiet)).toEqual({ log: false, limit: 1_048_576, nextPosition: 1 });
  const { id: other } = await database.enqueue();
  expect(await queue.logs.settings(other)).toEqual({ log: false, limit: 10_485_760, nextPosition: 1 });
});
