import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { queue } = database;

test("a test waits for no other message, an earlier test included", async () => {
  const { name } = await newWebhook(database);
  await newLine(database).add("finished");
  await queue.webhooks.test(name);
  expect(await taken(database, name)).toHaveLength(2);
  const id = await queue.webhooks.test(name);
  expect(await taken(database, name)).toMatchObject([
    { message_id: id, body: { type: "queue.test", data: { kind: "test", deployment: null } } },
  ]);
});
