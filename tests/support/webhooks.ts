import type { WebhookMessage, WebhookRequest } from "../../src/queue/calls/webhooks.js";
import type { TestDatabase } from "./database.js";

let webhooks = 0;

/** A webhook of its own, told of starts and finishes unless told otherwise. */
export async function newWebhook({ queue }: Pick<TestDatabase, "queue">, overrides: Partial<WebhookRequest> = {}) {
  const name = `webhook-${webhooks++}`;
  const request = { name, url: "https://example.com/hook", events: ["started", "finished"], ...overrides };
  return { name, ...(await queue.webhooks.add(request)) };
}

/** What a worker is given to send now, of one webhook. */
export async function taken({ queue }: Pick<TestDatabase, "queue">, name: string): Promise<WebhookMessage[]> {
  return (await queue.webhooks.next()).filter((message) => message.name === name);
}

/** The kinds of messages of a webhook, in the order in which they were written. */
export async function told({ queue }: Pick<TestDatabase, "queue">, name: string): Promise<string[]> {
  return (await queue.webhooks.deliveries(name)).map(({ kind }) => kind).reverse();
}
