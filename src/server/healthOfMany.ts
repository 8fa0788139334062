import type { FastifyInstance } from "fastify";
import { type Readiness, tell } from "./health.js";

interface Part {
  readonly name: string;
  readonly environments: readonly string[];
  readonly readiness: Readiness;
}

/** What probes of the process ask. It is ready while one of its databases is: those of the others have their own answers below their paths. */
export function addHealthOfMany(app: FastifyInstance, parts: readonly Part[], basePath: string): void {
  app.get(`${basePath}/livez`, () => tell("ok"));
  for (const name of ["health", "readyz"]) {
    app.get(`${basePath}/${name}`, async (_, reply) => {
      const databases = await Promise.all(
        parts.map(async ({ name, environments, readiness }) => ({
          ...{ name, environments, status: await readiness.statusInTime() },
        })),
      );
      const ready = databases.filter(({ status }) => status === "ok").length;
      const status = ready === databases.length ? "ok" : ready > 0 ? "partial" : "unavailable";
      return reply.code(ready > 0 ? 200 : 503).send({ ...tell(status), databases });
    });
  }
}
