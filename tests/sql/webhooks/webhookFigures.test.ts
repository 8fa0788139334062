import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { newWebhook } from "../../support/webhooks.js";

const database = useDatabase();
const { sql, queue } = database;

test("of each webhook it is counted what was not delivered, given up, and has failed in a row", async () => {
  const { name } = await newWebhook(database, { events: ["enqueued"] });
  const figures = () => sql`
    select pending_count, oldest_pending between '0' and '1 minute' as is_new, given_up_count, failures
    from deploy_queue.webhook_figures() where name = ${name}`;
  expect(await figures()).toEqual([{ pending_count: 0, is_new: null, given_up_count: 0, failures: 0 }]);
  await newLine(database).add("queued");
  expect(await figures()).toMatchObject([{ pending_count: 1, is_new: true, failures: 0 }]);
  const [message] = (await queue.webhooks.next()).filter((sent) => sent.name === name);
  if (message === undefined) {
    throw new Error("there is no message");
  }
  await queue.webhooks.recordAttempt(message, { delivered: false, problem: "away" });
  expect(await figures()).toMatchObject([{ pending_count: 1, failures: 1 }]);
});
