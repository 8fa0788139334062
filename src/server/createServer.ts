import type { FastifyInstance } from "fastify";
import { addQueue, openQueue, type QueueOptions } from "./addQueue.js";
import { type AppOptions, createApp } from "./createApp.js";

export interface SharedOptions extends AppOptions, QueueOptions {
  /** Connections to a database, at most. */
  readonly connections?: number | undefined;
}

export interface ServerOptions extends SharedOptions {
  readonly url: string;
}

/** The queue over HTTP. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = createApp(options);
  await addQueue(app, openQueue(app, options), options);
  return app;
}
