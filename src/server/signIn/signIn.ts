import { randomBytes } from "node:crypto";
import cookie from "@fastify/cookie";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as oidc from "openid-client";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { hashOf } from "../caller.js";
import { limitRequests } from "../limits.js";
import type { Pool } from "../pool.js";
import { problemsOf } from "../problem.js";
import { RefusedTokenError } from "../sessions/identityTokens.js";
import { IssuerUnavailableError } from "../sessions/issuerKeys.js";

export interface SignInOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Without it the client is a public one. */
  readonly clientSecret?: string | undefined;
  /** Where browsers reach this server, without a path. */
  readonly publicUrl: string;
  /** What is asked of the issuer besides openid, such as "email groups". */
  readonly scope?: string | undefined;
}

/** What a browser keeps while a person is at the issuer: any server may take the answer. */
const Begun = Type.Object({ state: Type.String(), nonce: Type.String(), verifier: Type.String(), path: Type.String() });
type Begun = Type.Static<typeof Begun>;
/** Seconds. */
const timeToSignIn = 600;

/** Pages by which people sign in at an OIDC issuer: by the authorization code flow with PKCE, for a session in a cookie that no script reads. */
export async function addSignIn(
  app: FastifyInstance,
  pool: Pool,
  options: SignInOptions & { readonly basePath: string; readonly rateLimit: number },
): Promise<void> {
  const { basePath } = options;
  const { origin, protocol } = new URL(options.publicUrl);
  const home = `${origin}${basePath}`;
  const secure = protocol === "https:";
  const kept = { path: "/", httpOnly: true, sameSite: "lax", secure } as const;
  // By this prefix a browser takes the cookie from this host only.
  const prefix = secure ? "__Host-" : "";
  // Each path has a queue of its own, and cookies of its own.
  const suffix = basePath.replaceAll("/", "!");
  const begunCookie = `${prefix}dq_sign_in${suffix}`;
  const sessionCookie = `${prefix}dq_session${suffix}`;
  const issuer = new Issuer(options, `${home}/sign-in/callback`);
  await app.register(cookie);
  app.decorateRequest("signedIn", undefined);
  app.addHook("onRequest", async (request) => {
    if (isOwnPage(request, origin)) {
      request.signedIn = request.cookies[sessionCookie];
    }
  });

  await app.register(async (pages) => {
    await limitRequests(pages, pool.known, options.rateLimit);
    const tags = ["server"];
    const problems = problemsOf(400, 401, 403, 404, 409, 429, 500, 503);
    const redirect = { 302: { description: "To the next page" }, ...problems };
    pages.get<{ Querystring: { readonly path?: string } }>(
      `${basePath}/sign-in`,
      {
        schema: {
          ...{ operationId: "sign_in", summary: "Sign in, as a person with a browser", tags, response: redirect },
          querystring: Type.Object({
            path: Type.Optional(
              Type.String({ description: "The page of this server to go to then", maxLength: 2_000 }),
            ),
          }),
        },
      },
      async (request, reply) => {
        const begun = {
          ...{ state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() },
          path: ownPath(home, request.query.path),
        };
        void reply.setCookie(begunCookie, JSON.stringify(begun), { ...kept, maxAge: timeToSignIn });
        return reply.redirect(await issuer.addressFor(begun));
      },
    );
    pages.get(
      `${basePath}/sign-in/callback`,
      {
        schema: { operationId: "signed_in", summary: "Where the issuer sends a person back", tags, response: redirect },
      },
      async (request, reply) => {
        const begun = begunOf(request.cookies[begunCookie]);
        void reply.clearCookie(begunCookie, kept);
        const { issuer: from, claims } = await issuer.claimsFor(begun, request.url.split("?")[1] ?? "");
        const secret = `dqs_${randomBytes(32).toString("base64url")}`;
        const session = await pool.createSession(hashOf(secret), from, claims, true);
        void reply.setCookie(sessionCookie, secret, { ...kept, maxAge: Number(session["expires_in"]) });
        return reply.redirect(begun.path);
      },
    );
    pages.post(
      `${basePath}/sign-out`,
      { schema: { operationId: "sign_out", summary: "Sign out", tags, response: { 204: Type.Null(), ...problems } } },
      async (request: FastifyRequest, reply: FastifyReply) => {
        const secret = request.cookies[sessionCookie];
        if (secret !== undefined) {
          await pool.endSession(hashOf(secret));
        }
        return reply.clearCookie(sessionCookie, kept).code(204).send(null);
      },
    );
  });
}

function begunOf(text = ""): Begun {
  try {
    const begun: unknown = JSON.parse(text);
    return Value.Parse(Begun, begun);
  } catch (error) {
    throw new RefusedTokenError("no sign-in has begun in this browser, or it took more than ten minutes", {
      hint: "Begin it again at /sign-in.",
      cause: error,
    });
  }
}

/**
 * Whether a page of this server, or the person, sends the request. A browser adds the cookie to requests of other pages, too, which must not
 * change anything in the name of this person.
 */
function isOwnPage({ headers, method }: FastifyRequest, origin: string): boolean {
  const site = headers["sec-fetch-site"];
  return site === undefined
    ? headers.origin === origin
    : site === "same-origin" || (site === "none" && method === "GET");
}

/** The address of a page of this server, whatever the query says. */
function ownPath(home: string, path = "/docs"): string {
  const { href } = new URL(`${home}/${path.replace(/^[/\\]+/, "")}`);
  return href.startsWith(`${home}/`) ? href : `${home}/docs`;
}

class Issuer {
  readonly #options: SignInOptions;
  readonly #callback: string;
  #found: Promise<oidc.Configuration> | undefined;

  constructor(options: SignInOptions, callback: string) {
    this.#options = options;
    this.#callback = callback;
  }

  async addressFor({ state, nonce, verifier }: Begun): Promise<string> {
    const { scope = "email profile" } = this.#options;
    const url = oidc.buildAuthorizationUrl(await this.#configuration(), {
      ...{ redirect_uri: this.#callback, scope: `openid ${scope}`, state, nonce },
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    return url.href;
  }

  async claimsFor({ state, nonce, verifier }: Begun, query: string): Promise<{ issuer: string; claims: object }> {
    const { issuer } = this.#options;
    const configuration = await this.#configuration();
    try {
      const answer = await oidc.authorizationCodeGrant(configuration, new URL(`${this.#callback}?${query}`), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      return { issuer, claims: answer.claims() ?? {} };
    } catch (error) {
      throw new RefusedTokenError("the issuer has not let this person sign in", { cause: error });
    }
  }

  /** Asked for when somebody signs in, and again after it was away. */
  #configuration(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    const isHere = new URL(issuer).protocol === "http:";
    const client = { ...(clientSecret !== undefined && { client_secret: clientSecret }), [oidc.clockTolerance]: 30 };
    const found =
      this.#found ??
      oidc
        .discovery(new URL(issuer), clientId, client, clientSecret === undefined ? oidc.None() : undefined, {
          execute: [oidc.enableNonRepudiationChecks, ...(isHere ? [oidc.allowInsecureRequests] : [])],
          timeout: 5,
        })
        .catch((error: unknown) => {
          this.#found = undefined;
          throw new IssuerUnavailableError(`${issuer} cannot be asked`, error);
        });
    this.#found = found;
    return found;
  }
}
