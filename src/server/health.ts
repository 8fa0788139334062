import { setTimeout as pause } from "node:timers/promises";
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

/** Milliseconds. */
const inTime = 800;

/** Whether a queue answers. */
export class Readiness {
  readonly #pool: Pool;
  #known: { readonly at: number; readonly status: Promise<Status> } | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Anyone may ask, so a crowd that does costs the database one statement a second. */
  status(): Promise<Status> {
    const now = performance.now();
    if (this.#known === undefined || now - this.#known.at > 1_000) {
      this.#known = { at: now, status: this.#ask() };
    }
    return this.#known.status;
  }

  /** As it is known in time for a probe: it gives up after a second, and a silent database takes longer. */
  statusInTime(): Promise<Status> {
    return Promise.race([this.status(), pause(inTime, "unavailable" as const, { ref: false })]);
  }

  async #ask(): Promise<Status> {
    try {
      if (!(await this.#pool.mayServe())) return "denied";
      return (await this.#pool.schemaVersion()) < expectedSchemaVersion() ? "outdated" : "ok";
    } catch {
      return "unavailable";
    }
  }
}

export function tell<Told extends string>(status: Told) {
  return { service: "deploy-queue", status, timestamp: new Date().toISOString(), version };
}

/** What probes ask. A server whose database is away lives: a restart would not help it, and it gets no requests while it is not ready. */
export function addHealth(app: FastifyInstance, readiness: Readiness, basePath: string): void {
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
        const status = await readiness.statusInTime();
        return reply.code(status === "ok" ? 200 : 503).send(tell(status));
      },
    );
  }
}
