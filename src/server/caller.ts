import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { RefusedError } from "../queue/errors.js";

/** The longest secret that is looked at, in characters. */
const longest = 4_096;

/**
 * The SHA-256 of the secret that a request brings, as "Authorization: Bearer" or in the header of the deployment server that came before.
 * @throws RefusedError when it brings none
 */
export function credentialOf({ headers }: FastifyRequest): Buffer {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  const other = headers["x-deployster-token"];
  const secret = bearer ?? (typeof other === "string" ? other : undefined);
  if (secret === undefined || secret === "" || secret.length > longest) {
    throw new UnknownCallerError("the request brings no token", {
      hint: 'Send "Authorization: Bearer" and a token; "deploy-queue token create" makes one.',
    });
  }
  return hashOf(secret);
}

export function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** The caller has not said who it is. */
export class UnknownCallerError extends RefusedError {}
