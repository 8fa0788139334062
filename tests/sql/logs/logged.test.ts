import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();

test("those of the deployments are told that have a log", async () => {
  const { id } = await database.enqueue();
  const { id: other } = await database.enqueue();
  await database.queue.logs.append(id, "me", 1, [{ stream: "stdout", content: "a", age: 0 }]);
  expect([...(await database.queue.logs.logged([other, id]))]).toEqual([id]);
  expect([...(await database.queue.logs.logged([]))]).toEqual([]);
});
