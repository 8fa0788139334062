import type { FastifyInstance, FastifyRequest } from "fastify";
import { credentialOf, nameOf } from "./caller.js";
import type { Pool } from "./pool.js";
import { problemOf } from "./problem.js";

/**
 * Lets a caller in before anything is said about what it sends. The body of a request is not read until the database has accepted its
 * token.
 */
export function letInFirst(scope: FastifyInstance, pool: Pool): void {
  const ask = (request: FastifyRequest) => pool.call(credentialOf(request), "schema_version", {});
  scope.addHook("preParsing", async (request) => {
    if (!pool.known.has(nameOf(credentialOf(request)))) {
      await ask(request);
    }
  });
  scope.setErrorHandler(async (error, request) => {
    const { status, code } = problemOf(error);
    // Not said by the database, and the token may have been revoked since it was accepted.
    if ([400, 404, 413, 415].includes(status) && code === undefined) {
      await ask(request);
    }
    throw error;
  });
}
