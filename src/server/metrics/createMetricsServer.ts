import { setTimeout as pause } from "node:timers/promises";
import fastify, { type FastifyInstance } from "fastify";
import { Database } from "../../database/database.js";
import { Figures } from "../../queue/calls/figures.js";
import type { DatabaseFigures, Metrics } from "./metrics.js";
import { Transitions } from "./transitions.js";

export interface MeasuredDatabase {
  /** undefined where there is one database only. */
  readonly name?: string;
  readonly url: string;
}

/** Milliseconds; Prometheus gives up after ten seconds. */
const longestSilence = 5_000;

/**
 * Metrics at an address of their own: Prometheus has no token of the queue, and they are told while a database is away as well. Scrapes
 * have a connection of their own, so they never wait behind requests.
 */
export function createMetricsServer(metrics: Metrics, measured: readonly MeasuredDatabase[]): FastifyInstance {
  const app = fastify({ requestTimeout: 10_000 });
  const databases = measured.map(({ name, url }) => {
    const database = new Database({ url, applicationName: "deploy-queue metrics" });
    app.addHook("onClose", () => database.close());
    return { name, ask: figuresOf(database) };
  });
  let last = Promise.resolve();
  const ask = async (): Promise<void> => {
    metrics.update(await Promise.all(databases.map(async ({ name, ask }) => ({ name, told: await ask() }))));
  };
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

/** What a database tells that is silent for longer is told by a later scrape, and the others do not wait for it. */
function figuresOf(database: Database): () => Promise<DatabaseFigures["told"]> {
  const figures = new Figures(database);
  const transitions = new Transitions(figures);
  const ask = async () => ({
    ...{ live: await figures.live(), webhooks: await figures.webhooks() },
    transitions: await transitions.next(),
  });
  let asked: ReturnType<typeof ask> | undefined;
  return async () => {
    asked ??= ask();
    const under = asked;
    const told = await Promise.race([
      under.catch(() => "away" as const),
      pause(longestSilence, undefined, { ref: false }),
    ]);
    if (told !== undefined) asked = undefined;
    return told === "away" ? undefined : told;
  };
}
