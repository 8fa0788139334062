import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { RefusedError } from "../queue/errors.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The secret of the session of a person whose own page sends the request. */
    signedIn?: string | undefined;
  }
}

/** The longest secret that is looked at, in characters. */
const longest = 4_096;

/**
 * The SHA-256 of the secret that a request brings, as "Authorization: Bearer", in the header of the deployment server that came before, or in the
 * cookie of a person who has signed in.
 * @throws RefusedError when it brings none
 */
export function credentialOf(request: FastifyRequest): Buffer {
  const secret = secretOf(request);
  if (secret === undefined) {
    throw new UnknownCallerError("the request brings no token", {
      hint: 'Send "Authorization: Bearer" and a token; "deploy-queue token create" makes one.',
    });
  }
  return hashOf(secret);
}

/** What stands for the secret of a request where it may be read: the beginning of its SHA-256. */
export function subjectOf(request: FastifyRequest): string | undefined {
  const secret = secretOf(request);
  return secret === undefined ? undefined : nameOf(hashOf(secret));
}

/** What stands for a credential where it may be read. */
export function nameOf(credential: Buffer): string {
  return credential.toString("hex").slice(0, 12);
}

function secretOf({ headers, signedIn = "" }: FastifyRequest): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  const other = headers["x-deployster-token"];
  const secret = bearer ?? (typeof other === "string" ? other : signedIn);
  return secret === "" || secret.length > longest ? undefined : secret;
}

export function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** The caller has not said who it is. */
export class UnknownCallerError extends RefusedError {}

/** Who acts, as the caller says; the record has beside it who was verified. */
export function actorOf({ headers }: FastifyRequest): string | undefined {
  const actor = headers["x-actor"];
  return typeof actor === "string" ? actor : undefined;
}
