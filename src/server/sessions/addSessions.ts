import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { hashOf } from "../caller.js";
import type { Pool } from "../pool.js";
import { problemsOf } from "../problem.js";
import { IdentityTokens, longestToken } from "./identityTokens.js";

const urn = "urn:ietf:params:oauth";

/** With the names of RFC 8693. */
const Exchange = Type.Object(
  {
    subject_token: Type.String({ description: "The OIDC token of the CI system", maxLength: longestToken }),
    subject_token_type: Type.Optional(
      Type.Union([Type.Literal(`${urn}:token-type:jwt`), Type.Literal(`${urn}:token-type:id_token`)]),
    ),
    grant_type: Type.Optional(Type.Literal(`${urn}:grant-type:token-exchange`)),
  },
  { additionalProperties: false },
);

const limited = (what: string) =>
  Type.Union([Type.Array(Type.String()), Type.Null()], { description: `The only ${what}; null is all` });

const Session = Type.Object({
  access_token: Type.String({ description: "Bearer of all other calls" }),
  issued_token_type: Type.Literal(`${urn}:token-type:access_token`),
  token_type: Type.Literal("Bearer"),
  expires_in: Type.Integer({ description: "Seconds" }),
  trust: Type.String({ description: "The name of the trust that lets it in" }),
  principal: Type.String({ description: "The run, which owns what it enters" }),
  kind: Type.String({ description: "Whose privileges it has" }),
  environments: limited("environments that it may change"),
  components: limited("components that it may change"),
  cells: limited("cells that it may change"),
  functions: limited("functions that it may call"),
});

/** The exchange of a token of a CI system for a session. The server verifies the token, and the database says whether a trust lets it in. */
export function addSessions(app: FastifyInstance, pool: Pool, tokens = new IdentityTokens()): void {
  app.post<{ Body: { readonly subject_token: string } }>(
    "/sessions",
    {
      schema: {
        ...{ operationId: "create_session", tags: ["server"], body: Exchange },
        summary: "Exchange the OIDC token of a CI system for a session",
        description: "The token is the credential; this call needs no other. The same job may exchange tokens again.",
        response: { 201: Session, ...problemsOf(400, 401, 403, 404, 409, 413, 415, 429, 500, 503) },
      },
    },
    async (request, reply) => {
      const { issuer, claims } = await tokens.verify(request.body.subject_token, await pool.trustedIssuers());
      const secret = `dqs_${randomBytes(32).toString("base64url")}`;
      const session = await pool.createSession(hashOf(secret), issuer, claims);
      void reply.code(201);
      return {
        access_token: secret,
        ...{ issued_token_type: `${urn}:token-type:access_token`, token_type: "Bearer" },
        ...session,
      };
    },
  );
}
