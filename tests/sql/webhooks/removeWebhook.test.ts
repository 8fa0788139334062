import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession } from "../../support/session.js";
import { reaction, send } from "../../support/twoSessions.js";
import { newWebhook, taken } from "../../support/webhooks.js";

const database = useDatabase();
const { queue, sql } = database;

test("what a removed webhook was not told is forgotten, and its name is free", async () => {
  const { name } = await newWebhook(database);
  await newLine(database).add("finished");
  expect(await queue.webhooks.remove(name)).toMatchObject({ name, pending_count: 2 });
  expect(await sql`select from deploy_queue.webhook_messages`).toHaveLength(0);
  await expect(queue.webhooks.remove(name)).rejects.toMatchObject({ cause: { code: "QD092" }, exitCode: 3 });
  await newWebhook(database, { name });
  expect(await taken(database, name)).toEqual([]);
  const [event] = await sql<{ reason: string }[]>`
    select reason from deploy_queue.deployment_events where detail ->> 'change' = 'removed'`;
  expect(event?.reason).toBe(`webhook ${name} removed`);
});

test.for(["remove", "rotate", "redeliver", "test"])(
  "%s_webhook() that has waited for the removal of its webhook finds none",
  async (call) => {
    const { name } = await newWebhook(database);
    const [first, second] = [await openSession(database), await openSession(database)];
    await first.begin();
    await first.sql`select from deploy_queue.remove_webhook(${name})`;
    const sent = send(second, `select from deploy_queue.${call}_webhook('${name}')`);
    expect(await reaction(second, first, sent)).toBe("waits");
    await first.commit();
    expect(await sent.end).toBe("QD092");
  },
);
