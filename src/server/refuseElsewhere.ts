import type { FastifyInstance } from "fastify";
import { UnknownNameError } from "../queue/errors.js";

type Values = Readonly<Record<string, unknown>>;

/** Refuses a request that names an environment of another database: there it means another one, or none. @param paths of these environments */
export function refuseElsewhere(app: FastifyInstance, paths: ReadonlyMap<string, string>): void {
  app.addHook("preHandler", async ({ query, params, body }) => {
    const { arguments: values, conditions } = valuesOf(body);
    const { targets } = valuesOf(values);
    const places = [query, params, body, values, conditions, ...(Array.isArray(targets) ? targets : [])];
    for (const environment of places.flatMap((place) => valuesOf(place)["environment"])) {
      const path = typeof environment === "string" ? paths.get(environment.trim()) : undefined;
      if (path !== undefined) {
        throw new UnknownNameError(`environment ${String(environment)} is in another database`, {
          hint: `This server has it at ${path}: end DEPLOY_QUEUE_URL with that.`,
        });
      }
    }
  });
}

function valuesOf(given: unknown): Values {
  return Object(given);
}
