import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { queue } = database;

test("it shows what waits, and why the last message was not delivered", async () => {
  const { name } = await newWebhook(database, { environments: ["dev"] });
  await newLine(database).add("finished");
  const [message] = await taken(database, name);
  if (message === undefined) throw new Error("nothing is due");
  await queue.webhooks.recordAttempt(message, { delivered: false, httpStatus: 500, problem: "status 500\nand more" });
  expect(await queue.webhooks.list()).toMatchObject([
    {
      ...{ name, preset: "standard", host: "https://example.com", events: ["started", "finished"] },
      ...{ environments: ["dev"], pending_count: 2, given_up_count: 0, problem: "status 500 and more" },
      ...{ delivered_at: null, paused_until: null },
    },
  ]);
});
