import type { FastifyInstance } from "fastify";
import type { LeveledLog } from "../display/log.js";
import { addAnyCall } from "./anyCall.js";
import { answerErrors } from "./createApp.js";
import { addDocument } from "./document.js";
import { addEntityTags } from "./entityTags.js";
import { addGate } from "./gate.js";
import { addHealth, Readiness } from "./health.js";
import { addJobs, sendAsJob } from "./jobs.js";
import { letInFirst } from "./letIn.js";
import { limitRequests } from "./limits.js";
import type { Meter } from "./observeRequests.js";
import { Pool } from "./pool.js";
import { addRoutes } from "./routes.js";
import { addSessions } from "./sessions/addSessions.js";
import { addSignIn, type SignInOptions } from "./signIn/signIn.js";
import { addStreams } from "./streams/addStreams.js";
import { Hub } from "./streams/hub.js";

declare module "fastify" {
  interface FastifyInstance {
    /** Who follows deployments. */
    readonly hub: Hub;
  }
}

/** A queue and all that a server has of it: its connections, who follows its deployments, and whether it answers. */
export interface ServedQueue {
  readonly pool: Pool;
  readonly hub: Hub;
  readonly readiness: Readiness;
}

export interface QueueOptions {
  readonly log: LeveledLog;
  /** Before each path, such as /queue; empty by default. */
  readonly basePath?: string | undefined;
  /** Requests of a caller in a minute, at most; 0: any number. */
  readonly rateLimit?: number | undefined;
  readonly meter?: Meter | undefined;
  /** Where people sign in; without it, they bring tokens. */
  readonly signIn?: SignInOptions | undefined;
}

export const defaultRateLimit = 60_000;

/** Opened when the server listens, and closed with it. It waits for nothing: the database may be away. */
export function openQueue(
  app: FastifyInstance,
  { url, log, connections = 8 }: { url: string; log: LeveledLog; connections?: number | undefined },
): ServedQueue {
  const pool = new Pool({ url, size: connections });
  const hub = new Hub({ url, log, pool });
  // Before the first stream: what is heard also tells that statements may stay prepared.
  app.addHook(
    "onListen",
    () => void hub.listen().catch((error: unknown) => log.debug(`streams wait: ${String(error)}`)),
  );
  app.addHook("onClose", () => pool.close());
  return { pool, hub, readiness: new Readiness(pool) };
}

/** All routes of a queue. It has no rule of its own: each request is one statement, with the rights of its caller. */
export async function addQueue(
  app: FastifyInstance,
  { pool, hub, readiness }: ServedQueue,
  { log, basePath = "", rateLimit = defaultRateLimit, meter, signIn }: QueueOptions,
): Promise<void> {
  app.decorate("hub", hub);
  await addDocument(app, basePath);
  if (signIn !== undefined) {
    await addSignIn(app, pool, { ...signIn, basePath, rateLimit });
  }
  await app.register(
    async (v1) => {
      await limitRequests(v1, pool.known, rateLimit);
      addSessions(v1, pool);
      await v1.register(async (shut) => {
        letInFirst(shut, pool);
        addEntityTags(shut);
        addRoutes(shut, pool, hub);
        addAnyCall(shut, pool);
        addGate(shut, pool);
        addStreams(shut, { pool, hub, meter });
      });
    },
    { prefix: `${basePath}/v1` },
  );
  await app.register(
    async (jobs) => {
      answerErrors(jobs, { log, basePath }, sendAsJob);
      await jobs.register((shut) => addJobs(shut, pool, rateLimit));
    },
    { prefix: basePath },
  );
  addHealth(app, readiness, basePath);
}
