import type { webcrypto } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll } from "vitest";
import { audience, type GithubClaims, githubClaims } from "./trusts.js";

export interface TokenOptions {
  /** The claims otherwise; undefined leaves one out. */
  readonly claims?: GithubClaims;
  readonly alg?: string;
  readonly kid?: string;
  /** Another one than that of the issuer. */
  readonly key?: webcrypto.CryptoKey | Uint8Array;
}

export interface Issuer {
  readonly url: string;
  /** How often its keys were fetched. */
  readonly fetches: number;
  /** Its present key. */
  readonly key: { readonly kid: string; readonly privateKey: webcrypto.CryptoKey; readonly jwk: JWK };
  /** A token of a job of GitHub's kind, signed by the present key and valid for five minutes. */
  token(options?: TokenOptions): Promise<string>;
  /** Signs with a new key from now on, and publishes no other. */
  rotate(alg?: string): Promise<void>;
  /** What the discovery document says otherwise, or that all answers are errors. */
  answer(how: { readonly discovery?: object; readonly isDown?: boolean }): void;
}

/** An OIDC issuer of a test file's own: discovery and keys over HTTP on this machine. */
export function useIssuer(): Issuer {
  let url = "";
  let fetches = 0;
  let keys = 0;
  let key: Issuer["key"] | undefined;
  let how: { readonly discovery?: object; readonly isDown?: boolean } = {};
  const server = createServer((request, response) => {
    if (how.isDown === true) {
      response.writeHead(503).end();
      return;
    }
    const isDiscovery = request.url === "/.well-known/openid-configuration";
    fetches += isDiscovery ? 0 : 1;
    const discovery = { issuer: url, jwks_uri: `${url}/keys`, ...how.discovery };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(isDiscovery ? discovery : { keys: [present().jwk] }));
  });

  function present(): Issuer["key"] {
    if (key === undefined) {
      throw new Error("the issuer has no key yet");
    }
    return key;
  }
  async function rotate(alg = "RS256"): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const kid = `key-${keys++}`;
    key = { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
  }

  beforeAll(async () => {
    await rotate();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    url = `http://127.0.0.1:${port}`;
  });
  afterAll(() => void server.close());

  return {
    get url() {
      return url;
    },
    get fetches() {
      return fetches;
    },
    get key() {
      return present();
    },
    rotate,
    answer(answer) {
      how = answer;
    },
    token({ claims, kid, alg, key: other } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: url, aud: audience, iat: now, nbf: now, exp: now + 300, ...claims };
      return new SignJWT(JSON.parse(JSON.stringify(githubClaims(payload))))
        .setProtectedHeader({ alg: alg ?? present().jwk.alg ?? "RS256", kid: kid ?? present().kid, typ: "JWT" })
        .sign(other ?? present().privateKey);
    },
  };
}
