import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { LeveledLog } from "../display/log.js";
import { published } from "../text/published.js";
import { addAnyCall } from "./anyCall.js";
import { inRequests } from "./callsAsRequests.js";
import { addDocument } from "./document.js";
import { endConnectionsOnClose } from "./endConnections.js";
import { addEntityTags } from "./entityTags.js";
import { addGate } from "./gate.js";
import { addHealth } from "./health.js";
import { addJobs, sendAsJob } from "./jobs.js";
import { collectMethods } from "./knownPaths.js";
import { letInFirst } from "./letIn.js";
import { addSecurityHeaders, limitRequests, limits, refuseConnection, socketLimits } from "./limits.js";
import { type Meter, observeRequests } from "./observeRequests.js";
import { Pool } from "./pool.js";
import { type ProblemDetails, problem, problemOf } from "./problem.js";
import { addRoutes } from "./routes.js";
import { addSessions } from "./sessions/addSessions.js";
import { addSignIn, type SignInOptions } from "./signIn/signIn.js";
import { addStreams } from "./streams/addStreams.js";
import { Hub } from "./streams/hub.js";
import { validatorCompiler } from "./validate.js";

declare module "fastify" {
  interface FastifyInstance {
    /** Who follows deployments. */
    readonly hub: Hub;
  }
}

export interface ServerOptions {
  readonly url: string;
  readonly log: LeveledLog;
  /** Connections to the database, at most. */
  readonly connections?: number | undefined;
  /** Before each path, such as /queue; empty by default. */
  readonly basePath?: string | undefined;
  /** Addresses of proxies whose X-Forwarded-For counts. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Requests of a caller in a minute, at most; 0: any number. */
  readonly rateLimit?: number | undefined;
  /** What counts requests, for metrics. */
  readonly meter?: Meter | undefined;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** Where people sign in; without it, they bring tokens. */
  readonly signIn?: SignInOptions | undefined;
}

export const defaultRateLimit = 60_000;

/** The queue over HTTP. It has no rule of its own: each request is one statement, with the rights of its caller. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { log, basePath = "", rateLimit = defaultRateLimit, trustedProxies, tls } = options;
  const pool = new Pool({ url: options.url, size: options.connections ?? 8 });
  const hub = new Hub({ url: options.url, log, pool });
  const app: FastifyInstance = fastify({
    ...limits,
    // As long as names may be, when each character is escaped.
    routerOptions: { maxParamLength: 2_500 },
    clientErrorHandler: refuseConnection,
    // Of an address that cannot be read.
    frameworkErrors: (error, _, reply) => void send(reply, problemOf(error)),
    trustProxy: trustedProxies === undefined ? false : [...trustedProxies],
    ...(tls === undefined ? { http: socketLimits } : { https: { ...tls, ...socketLimits } }),
  });
  app.setValidatorCompiler(validatorCompiler);
  // The schemas of answers document; rows are printed as --json prints them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data, published));
  // Before the first stream: what is heard also tells that statements may stay prepared.
  app.addHook(
    "onListen",
    () => void hub.listen().catch((error: unknown) => log.debug(`streams wait: ${String(error)}`)),
  );
  app.addHook("onClose", () => pool.close());
  app.decorate("hub", hub);
  endConnectionsOnClose(app);
  addSecurityHeaders(app, tls !== undefined);
  observeRequests(app, log, options.meter);
  const answerErrors = (scope: FastifyInstance, form: typeof send): void => {
    scope.setErrorHandler((error, request, reply) => {
      const { url: route = "" } = request.routeOptions;
      const given = problemOf(error);
      // A program of the queue says it in the language of its own user.
      const details = /\/v1\/(?:call|look)\//.test(route) ? given : inRequests(given, basePath);
      if (details.status === 500) {
        log.error(
          `${request.method} ${route || request.url}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      }
      return form(reply, details);
    });
  };
  answerErrors(app, send);
  const methodsOf = collectMethods(app);
  app.setNotFoundHandler((request, reply) => {
    const [path = ""] = request.url.split("?");
    const methods = methodsOf(path);
    const detail = `there is no ${request.method} ${path}`;
    if (methods.length === 0) {
      return send(reply, problem(404, detail));
    }
    return send(
      reply.header("allow", methods.join(", ")),
      problem(405, detail, { hint: `There is ${methods.join(", ")}.` }),
    );
  });
  await addDocument(app, basePath);
  if (options.signIn !== undefined) {
    await addSignIn(app, pool, { ...options.signIn, basePath, rateLimit });
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
        addStreams(shut, { pool, hub, meter: options.meter });
      });
    },
    { prefix: `${basePath}/v1` },
  );
  await app.register(
    async (jobs) => {
      answerErrors(jobs, sendAsJob);
      await jobs.register((shut) => addJobs(shut, pool, rateLimit));
    },
    { prefix: basePath },
  );
  addHealth(app, pool, basePath);
  return app;
}

function send(reply: FastifyReply, details: ProblemDetails): FastifyReply {
  void reply.code(details.status).headers(details.status === 503 ? { "retry-after": "5" } : {});
  return reply.type("application/problem+json").send(JSON.stringify(details));
}
