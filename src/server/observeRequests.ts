import type { FastifyInstance } from "fastify";
import type { LeveledLog } from "../display/log.js";
import { subjectOf } from "./caller.js";

/** What is counted of a server, by few names: routes, not paths. */
export interface Meter {
  /** @param seconds until the whole answer was sent */
  request(method: string, route: string, status: number, seconds: number): void;
  /** One stream more is open, or one less. */
  streams(change: 1 | -1): void;
}

/** Counts each request, and tells it in one line at debug level. No secret, and nothing that a client wrote, is in the line. */
export function observeRequests(app: FastifyInstance, log: LeveledLog, meter: Meter | undefined): void {
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "no route";
    const method = request.routeOptions.url === undefined ? "any" : request.method;
    meter?.request(method, route, reply.statusCode, reply.elapsedTime / 1000);
    const subject = subjectOf(request);
    log.debug(
      `${method} ${route} ${reply.statusCode} in ${Math.round(reply.elapsedTime)} ms, ${subject === undefined ? "no token" : `token ${subject}`}`,
    );
  });
}
