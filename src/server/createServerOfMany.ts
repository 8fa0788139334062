import type { FastifyInstance } from "fastify";
import { addQueue, openQueue, type ServedQueue } from "./addQueue.js";
import { answerErrors, createApp } from "./createApp.js";
import type { SharedOptions } from "./createServer.js";
import type { ServedDatabase } from "./databasesFile.js";
import { addHealthOfMany } from "./healthOfMany.js";
import { refuseElsewhere } from "./refuseElsewhere.js";

export interface OptionsOfMany extends SharedOptions {
  readonly databases: readonly ServedDatabase[];
}

/** Several queues, each environment under a path of its own. They share the process and nothing else: one whose database is away disturbs no other. */
export async function createServerOfMany({ databases, ...options }: OptionsOfMany): Promise<FastifyInstance> {
  const { log, basePath = "" } = options;
  const pathOf = (environment: string): string => `${basePath}/${environment}`;
  const paths = databases.flatMap(({ environments }) => environments.map(pathOf));
  const app = createApp(options, `Each environment has its own path: ${paths.join(", ")}.`);
  const served = databases.map((database) => ({ ...database, ...openQueue(app, { ...options, url: database.url }) }));
  for (const { name, environments, pool, hub, readiness } of served) {
    const queue: ServedQueue = { pool, hub, readiness };
    const elsewhere = served.filter((other) => other.name !== name).flatMap((other) => other.environments);
    for (const environment of environments) {
      await app.register(async (scope) => {
        answerErrors(scope, { log, basePath: pathOf(environment) });
        refuseElsewhere(scope, new Map(elsewhere.map((other) => [other, pathOf(other)])));
        await addQueue(scope, queue, { ...options, basePath: pathOf(environment) });
      });
    }
    app.addHook("onListen", async () => {
      void readiness.status().then((status) => {
        if (status !== "ok")
          log.warn(`the database ${name} is ${status}: ${environments.join(", ")} cannot be served now`);
      });
    });
  }
  addHealthOfMany(app, served, basePath);
  app.get(`${basePath}/`, () => ({ service: "deploy-queue", paths }));
  return app;
}
