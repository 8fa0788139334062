import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { queue } = database;

test("it shows what has become of each message", async () => {
  const { name } = await newWebhook(database);
  const id = await newLine(database).add("finished");
  const [message] = await taken(database, name);
  if (message === undefined) throw new Error("nothing is due");
  await queue.webhooks.recordAttempt(message, { delivered: true, httpStatus: 204 });
  expect(await queue.webhooks.deliveries(name)).toMatchObject([
    { kind: "finished", deployment_id: id, state: "pending", attempts: 0, due_at: expect.any(Date) },
    { kind: "started", deployment_id: id, state: "delivered", attempts: 1, due_at: null, http_status: 204 },
  ]);
});
