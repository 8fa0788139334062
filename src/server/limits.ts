import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import rateLimit from "@fastify/rate-limit";
import type { ConnectionError, FastifyInstance, FastifyRequest } from "fastify";
import { subjectOf } from "./caller.js";
import type { KnownCallers } from "./knownCallers.js";
import { problem, TooManyRequestsError } from "./problem.js";

/**
 * What keeps one client from holding up the others; in bytes and milliseconds. A stream is never silent for longer than 15 seconds, and what
 * waits for its answer for no longer than a minute.
 */
export const limits = {
  bodyLimit: 65_536,
  connectionTimeout: 90_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 72_000,
} as const;

/** Of the server of Node: a client that sends its headers byte by byte is left after ten seconds. */
export const socketLimits = { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 };

/** Answers what is not HTTP, or goes beyond these limits, and ends the connection. */
export function refuseConnection(error: ConnectionError, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) {
    return;
  }
  const [status, detail] =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? [408, "the request was not sent in time"]
      : error.code === "HPE_HEADER_OVERFLOW"
        ? [431, `the address and the headers are longer than ${socketLimits.maxHeaderSize} bytes`]
        : [400, "this is no request of HTTP"];
  if (socket.writable) {
    const body = JSON.stringify(problem(status, detail));
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/problem+json`;
    socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}

const minute = 60_000;
/** How many subjects are remembered; those that came longest ago are forgotten first. */
const subjects = 10_000;

/**
 * Limits the requests of each subject. A subject is a token that was good before; what brings any other one is its address, so
 * that nobody gets more by trying secrets.
 * @param perMinute for each token; an address without one has a tenth of it. 0: no limit
 */
export async function limitRequests(app: FastifyInstance, known: KnownCallers, perMinute: number): Promise<void> {
  if (perMinute === 0) {
    return;
  }
  const keyOf = (request: FastifyRequest): string => {
    const subject = subjectOf(request);
    return subject !== undefined && known.has(subject) ? subject : `address ${request.ip}`;
  };
  await app.register(rateLimit, {
    ...{ timeWindow: minute, cache: subjects, keyGenerator: keyOf },
    max: (_, key) => (key.startsWith("address ") ? Math.ceil(perMinute / 10) : perMinute),
    errorResponseBuilder: (_, { max, after }) =>
      new TooManyRequestsError(`there were more than ${max} requests in a minute`, { hint: `Try again in ${after}.` }),
  });
}

/** Tells browsers what the answers are not for: other pages, frames, caches, guesses at their type. */
export function addSecurityHeaders(app: FastifyInstance, hasTls: boolean): void {
  const headers = {
    "cache-control": "no-store",
    "content-security-policy":
      "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src 'self' data:; object-src 'none'; style-src 'self' 'unsafe-inline'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    ...(hasTls && { "strict-transport-security": "max-age=31536000" }),
  };
  app.addHook("onRequest", async (_, reply) => {
    void reply.headers(headers);
  });
}
