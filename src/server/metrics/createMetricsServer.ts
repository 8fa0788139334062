import fastify, { type FastifyInstance } from "fastify";
import { Database } from "../../database/database.js";
import { Figures } from "../../queue/calls/figures.js";
import type { Metrics } from "./metrics.js";
import { Transitions } from "./transitions.js";

/**
 * Metrics at an address of their own: Prometheus has no token of the queue, and they are told while the database is away as well. Scrapes
 * have a connection of their own, so they never wait behind requests.
 */
export function createMetricsServer(metrics: Metrics, url: string): FastifyInstance {
  const database = new Database({ url, applicationName: "deploy-queue metrics" });
  const figures = new Figures(database);
  const transitions = new Transitions(figures);
  let last = Promise.resolve();
  const ask = async (): Promise<void> => {
    try {
      metrics.update({
        live: await figures.live(),
        webhooks: await figures.webhooks(),
        transitions: await transitions.next(),
      });
    } catch {
      metrics.update(undefined);
    }
  };
  const app = fastify({ requestTimeout: 10_000 });
  app.addHook("onClose", () => database.close());
  // What happens before the first scrape counts.
  app.addHook("onListen", ask);
  app.get("/metrics", async (_, reply) => {
    // One after the other: each transition is told once.
    last = last.then(ask);
    await last;
    return reply.type(metrics.contentType).send(await metrics.text());
  });
  return app;
}
