import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { LeveledLog } from "../display/log.js";
import { published } from "../text/published.js";
import { inRequests } from "./callsAsRequests.js";
import { endConnectionsOnClose } from "./endConnections.js";
import { collectMethods } from "./knownPaths.js";
import { addSecurityHeaders, limits, refuseConnection, socketLimits } from "./limits.js";
import { type Meter, observeRequests } from "./observeRequests.js";
import { type ProblemDetails, problem, problemOf } from "./problem.js";
import { validatorCompiler } from "./validate.js";

export interface AppOptions {
  readonly log: LeveledLog;
  /** Before each path, such as /queue; empty by default. */
  readonly basePath?: string | undefined;
  /** Addresses of proxies whose X-Forwarded-For counts. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** What counts requests, for metrics. */
  readonly meter?: Meter | undefined;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
}

/**
 * A server that has no route yet: how it reads requests, what it refuses, and how it tells errors.
 * @param hint where a path is none, for one who has lost the way
 */
export function createApp({ log, basePath, trustedProxies, meter, tls }: AppOptions, hint?: string): FastifyInstance {
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
  endConnectionsOnClose(app);
  addSecurityHeaders(app, tls !== undefined);
  observeRequests(app, log, meter);
  answerErrors(app, { log, basePath });
  const methodsOf = collectMethods(app);
  app.setNotFoundHandler((request, reply) => {
    const [path = ""] = request.url.split("?");
    const methods = methodsOf(path);
    const detail = `there is no ${request.method} ${path}`;
    if (methods.length === 0) {
      return send(reply, problem(404, detail, { ...(hint !== undefined && { hint }) }));
    }
    return send(
      reply.header("allow", methods.join(", ")),
      problem(405, detail, { hint: `There is ${methods.join(", ")}.` }),
    );
  });
  return app;
}

/** @param form how an error is told; as a problem by default */
export function answerErrors(
  scope: FastifyInstance,
  { log, basePath = "" }: { readonly log: LeveledLog; readonly basePath?: string | undefined },
  form = send,
): void {
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
}

function send(reply: FastifyReply, details: ProblemDetails): FastifyReply {
  void reply.code(details.status).headers(details.status === 503 ? { "retry-after": "5" } : {});
  return reply.type("application/problem+json").send(JSON.stringify(details));
}
