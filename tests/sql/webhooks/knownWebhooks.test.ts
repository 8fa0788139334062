import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { useLogins } from "../../support/logins.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { queue } = database;
const newLogin = useLogins(database);

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

test("a reader sees what no worker has seen yet, of approvals too", async () => {
  await queue.roles.create();
  await queue.environments.set("guarded", { approvals: 1 });
  const { name } = await newWebhook(database, { events: ["approval-needed", "frozen"] });
  const { id } = await database.enqueue({ environment: "guarded" });
  const { sql } = await newLogin("deploy_queue_reader");
  const known = await sql`select pending_count, given_up_count from deploy_queue.known_webhooks where name = ${name}`;
  expect(known).toEqual([{ pending_count: 1, given_up_count: 0 }]);
  const deliveries = await sql`
    select message_id, kind, deployment_id, state from deploy_queue.webhook_deliveries where name = ${name}`;
  expect(deliveries).toEqual([{ message_id: null, kind: "approval-needed", deployment_id: id, state: "pending" }]);
});
