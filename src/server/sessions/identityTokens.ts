import { decodeJwt, errors, type JWTPayload, jwtVerify } from "jose";
import { printable } from "../../text/printable.js";
import { UnknownCallerError } from "../caller.js";
import { IssuerKeys } from "./issuerKeys.js";

export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
}

/** In characters. Tokens of GitHub and GitLab have about 2,000. */
export const longestToken = 16_384;

/** Only signatures that need a private key of the issuer: with a shared secret, its public key would sign. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/** Seconds by which clocks may differ. */
const clockTolerance = 30;

/** Verifies OIDC tokens of the issuers that are trusted. */
export class IdentityTokens {
  readonly #keys: IssuerKeys;

  /** @param cooldown milliseconds between two fetches of an issuer's keys for the sake of a key that is not among them */
  constructor({ cooldown = 30_000 }: { readonly cooldown?: number | undefined } = {}) {
    this.#keys = new IssuerKeys(cooldown);
  }

  /**
   * The claims of a token.
   * @throws RefusedTokenError when it is none, or not of these issuers, for their audiences, and valid now
   * @throws IssuerUnavailableError when the keys of its issuer cannot be fetched
   */
  async verify(token: string, trusted: readonly TrustedIssuer[]): Promise<{ issuer: string; claims: JWTPayload }> {
    const { iss: issuer = "" } = claimsOf(token);
    const audience = trusted.filter((one) => one.issuer === issuer).map((one) => one.audience);
    if (audience.length === 0) {
      throw new RefusedTokenError(`the issuer of the token, ${shown(issuer)}, is not trusted here`, {
        hint: "An operator trusts an issuer with deploy_queue.add_trust().",
      });
    }
    try {
      const { payload } = await jwtVerify(token, (header) => this.#keys.find(issuer, header), {
        ...{
          issuer,
          audience,
          algorithms,
          clockTolerance,
          requiredClaims: ["sub", "exp", "iat"],
          maxTokenAge: "24 hours",
        },
      });
      return { issuer, claims: payload };
    } catch (error) {
      throw error instanceof errors.JOSEError ? refused(error) : error;
    }
  }
}

/** Of a token that nobody has verified yet. */
function claimsOf(token: string): JWTPayload {
  if (token.length > longestToken) {
    throw new RefusedTokenError(`the token has more than ${longestToken} characters`);
  }
  try {
    return decodeJwt(token);
  } catch (error) {
    throw new RefusedTokenError("this is no token of an OIDC issuer", { cause: error });
  }
}

function refused(error: errors.JOSEError): RefusedTokenError {
  return new RefusedTokenError(reason(error), { cause: error });
}

function reason(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) {
    return error.claim === "iat" ? "the token was issued more than 24 hours ago" : "the token has expired";
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === "aud"
      ? `the token is for ${shown(audiencesOf(error.payload))}, which is not the audience that is trusted here`
      : error.claim === "nbf" || error.claim === "iat"
        ? "the token is not valid yet"
        : `the claim ${shown(error.claim)} of the token is missing or wrong`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return "the token is signed by an algorithm that is not accepted";
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "the signature of the token is wrong";
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return "the token is signed by a key that is not among those of its issuer";
  }
  return "this is no token of an OIDC issuer";
}

function audiencesOf({ aud }: JWTPayload): string {
  return [aud ?? "nobody"].flat().join(", ");
}

/** What a stranger has written, in a line of a message. */
function shown(text: string): string {
  return JSON.stringify(printable(text.slice(0, 200)));
}

/** A token that opens nothing. */
export class RefusedTokenError extends UnknownCallerError {}
