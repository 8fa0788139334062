import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll } from "vitest";

export const clientId = "queue-client";

export interface SignInIssuer {
  readonly url: string;
  /**
   * Signs a person in, as the page of the issuer would; gives back where the browser goes then.
   * @param address of that page
   * @param claims what the token says of the person, otherwise
   */
  agree(address: string, claims?: object): string;
}

/** An OIDC issuer for people: it checks the client, its secret and the proof of PKCE, and gives each code out once. */
export function useSignInIssuer(secret: string): SignInIssuer {
  const codes = new Map<string, { challenge: string; redirect: string; claims: object }>();
  let url = "";
  let keys: Awaited<ReturnType<typeof generateKeyPair>> | undefined;
  const server = createServer(async (request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/.well-known/openid-configuration") {
      const endpoints = {
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
      };
      response.end(JSON.stringify({ issuer: url, ...endpoints, response_types_supported: ["code"] }));
    } else if (request.url === "/keys" && keys !== undefined) {
      response.end(
        JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "k", alg: "RS256", use: "sig" }] }),
      );
    } else if (request.url === "/token" && keys !== undefined) {
      const form = new URLSearchParams(await text(request));
      const code = codes.get(form.get("code") ?? "");
      codes.delete(form.get("code") ?? "");
      const proof = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      const isRight = form.get("client_id") === clientId && form.get("client_secret") === secret;
      if (!isRight || code?.challenge !== proof || form.get("redirect_uri") !== code.redirect) {
        response.writeHead(400).end(JSON.stringify({ error: "invalid_grant" }));
        return;
      }
      const id_token = await new SignJWT({ iss: url, aud: clientId, sub: "u-1", ...code.claims })
        .setProtectedHeader({ alg: "RS256", kid: "k" })
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(keys.privateKey);
      response.end(JSON.stringify({ access_token: "unused", token_type: "bearer", expires_in: 300, id_token }));
    } else {
      response.writeHead(404).end("{}");
    }
  });

  beforeAll(async () => {
    keys = await generateKeyPair("RS256");
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address() as AddressInfo;
    url = `http://127.0.0.1:${address.port}`;
  });
  afterAll(() => void server.close());

  return {
    get url() {
      return url;
    },
    agree(address, claims = {}) {
      const asked = new URL(address).searchParams;
      const [redirect, challenge] = [asked.get("redirect_uri") ?? "", asked.get("code_challenge") ?? ""];
      const code = randomUUID();
      codes.set(code, { challenge, redirect, claims: { nonce: asked.get("nonce"), ...claims } });
      return `${redirect}?${new URLSearchParams({ code, state: asked.get("state") ?? "" })}`;
    },
  };
}
