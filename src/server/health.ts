import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { version } from "../../package.json";
import { expectedSchemaVersion } from "../database/schema.js";
import type { Pool } from "./pool.js";

const Health = Type.Object({
  service: Type.Literal("deploy-queue"),
  status: Type.Union(
    [Type.Literal("ok"), Type.Literal("unavailable"), Type.Literal("outdated"), Type.Literal("denied")],
    {
      description:
        "unavailable: the database does not answer; outdated: its schema is older than this program; denied: the login of this server may not serve",
    },
  ),
  timestamp: Type.String({ format: "date-time" }),
  version: Type.String({ description: "Of this program" }),
});

type Status = "ok" | "unavailable" | "outdated" | "denied";

/** What probes ask. A server whose database is away lives: a restart would not help it, and it gets no requests while it is not ready. */
export function addHealth(app: FastifyInstance, pool: Pool, basePath: string): void {
  const wanted = expectedSchemaVersion();
  const tell = (status: Status) => ({
    ...{ service: "deploy-queue", status, timestamp: new Date().toISOString(), version },
  });
  const ask = async (): Promise<Status> => {
    try {
      if (!(await pool.mayServe())) return "denied";
      return (await pool.schemaVersion()) < wanted ? "outdated" : "ok";
    } catch {
      return "unavailable";
    }
  };
  // Anyone may ask, so a crowd that does costs the database one statement a second.
  let known: { readonly at: number; readonly status: Promise<Status> } | undefined;
  const find = (): Promise<Status> => {
    const now = performance.now();
    if (known === undefined || now - known.at > 1_000) {
      known = { at: now, status: ask() };
    }
    return known.status;
  };
  const answer = (description: string) => ({ description, content: { "application/json": { schema: Health } } });
  app.get(
    `${basePath}/livez`,
    {
      schema: {
        ...{ operationId: "livez", summary: "Whether the process answers", tags: ["server"] },
        response: { 200: answer("It does") },
      },
    },
    () => tell("ok"),
  );
  for (const name of ["health", "readyz"]) {
    app.get(
      `${basePath}/${name}`,
      {
        schema: {
          ...{
            operationId: name,
            summary: "Whether the database answers, fits this program, and lets it serve",
            tags: ["server"],
          },
          response: { 200: answer("It does"), 503: answer("It does not") },
        },
      },
      async (_, reply) => {
        const status = await find();
        return reply.code(status === "ok" ? 200 : 503).send(tell(status));
      },
    );
  }
}
