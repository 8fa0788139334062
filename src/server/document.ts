import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { version } from "../../package.json";
import { Problem, problemStatuses, titleOf } from "./problem.js";
import { Deployment, StartAttempt } from "./schemas.js";

const tags = {
  deployments: "One deployment from its entry to its end",
  line: "What waits, what runs, and what would have to be passed",
  versions: "Versions of components: checks, promotion, bad ones",
  cells: "Cells and their lines",
  policies: "Environments, freezes and windows",
  agents: "Commands that agents run on their hosts",
  jobs: "The calls of a deployment server for one machine, for its clients",
  programs: "Every function and view of SQL, for programs of the queue",
  server: "This server",
};

/** The description of all routes that are added after it: /openapi.json for programs, /docs for people, which loads nothing from elsewhere. */
export async function addDocument(app: FastifyInstance, basePath: string): Promise<void> {
  for (const schema of [Problem, Deployment, StartAttempt]) {
    app.addSchema(schema);
  }
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        ...{ title: "deploy-queue", version, description: "A deployment queue in PostgreSQL, over HTTP." },
        license: { name: "MIT", identifier: "MIT" },
      },
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: {
        responses: Object.fromEntries(
          problemStatuses.map((status) => [
            `Problem${status}`,
            {
              description: titleOf(status),
              content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
            },
          ]),
        ),
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: 'A token of "deploy-queue token create"' },
        },
      },
    },
    transformObject: (described) =>
      JSON.parse(JSON.stringify("openapiObject" in described ? described.openapiObject : {}), shortened),
    refResolver: { buildLocalReference: (schema) => String(schema["$id"]) },
  });
  await app.register(swaggerUi, { routePrefix: `${basePath}/docs` });
  app.get(`${basePath}/openapi.json`, { schema: { hide: true } }, () => app.swagger());
}

const NoBody = Type.Object({
  content: Type.Object({
    "application/json": Type.Object({
      schema: Type.Object({ anyOf: Type.Tuple([Type.Object({}), Type.Object({ type: Type.Literal("null") })]) }),
    }),
  }),
});
const ProblemResponse = Type.Object({ content: Type.Object({ "application/problem+json": Type.Object({}) }) });

/** For JSON.parse: writes each problem once, and tells a body that may be left out as such instead of as null. */
function shortened(key: string, value: unknown): unknown {
  if (/^\d{3}$/.test(key) && Value.Check(ProblemResponse, value)) {
    return { $ref: `#/components/responses/Problem${key}` };
  }
  if (key === "requestBody" && Value.Check(NoBody, value)) {
    const json = value.content["application/json"];
    return { required: false, content: { "application/json": { ...json, schema: json.schema.anyOf[0] } } };
  }
  return value;
}
