import { createRemoteJWKSet, errors, type JWSHeaderParameters, type RemoteJWKSet } from "jose";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { DeployQueueError, reasonOf } from "../../queue/errors.js";
import { printable } from "../../text/printable.js";

const Discovered = Type.Object({ issuer: Type.String(), jwks_uri: Type.String() });
type Key = Awaited<ReturnType<RemoteJWKSet>>;

/** In milliseconds. */
const timeout = 5_000;

/** The public keys of issuers, found by discovery. They are kept for ten minutes, and fetched again for a key that is not among them. */
export class IssuerKeys {
  readonly #sets = new Map<string, Promise<RemoteJWKSet>>();
  readonly #cooldown: number;

  constructor(cooldown: number) {
    this.#cooldown = cooldown;
  }

  async find(issuer: string, header: JWSHeaderParameters): Promise<Key> {
    const known = this.#sets.get(issuer) ?? this.#discover(issuer);
    this.#sets.set(issuer, known);
    try {
      return await (await known)(header);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
        throw error;
      }
      // The address of the keys may have changed as well.
      this.#sets.delete(issuer);
      throw new IssuerUnavailableError(`the keys of ${issuer} cannot be fetched`, error);
    }
  }

  async #discover(issuer: string): Promise<RemoteJWKSet> {
    const url = `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(timeout) });
    const answer: unknown = await response.json();
    if (!response.ok || !Value.Check(Discovered, answer) || answer.issuer !== issuer) {
      throw new Error(`${url} does not describe the issuer`);
    }
    const keys = new URL(answer.jwks_uri);
    if (keys.protocol !== new URL(issuer).protocol && keys.protocol !== "https:") {
      throw new Error(`${url} names keys that are fetched without TLS`);
    }
    return createRemoteJWKSet(keys, { cooldownDuration: this.#cooldown, timeoutDuration: timeout });
  }
}

/** What is needed of an issuer cannot be had now. */
export class IssuerUnavailableError extends DeployQueueError {
  readonly exitCode = 7;

  constructor(message: string, cause: unknown) {
    super(`${message}: ${printable(reasonOf(rootOf(cause)))}`, { cause });
  }
}

/** fetch says what has failed, and only its cause says why. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;
}
