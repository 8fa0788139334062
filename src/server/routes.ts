import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { DeploymentNotFoundError, InvalidValueError, UnconfirmedError } from "../queue/errors.js";
import { credentialOf } from "./caller.js";
import { type Operation, operations, pathIds, type Reading, readings } from "./operations.js";
import type { Pool } from "./pool.js";
import { Deployment } from "./schemas.js";

const perPage = { default: 100, most: 1_000 };

const problems = Object.fromEntries(
  [400, 401, 403, 404, 409, 503].map((status) => [status, Type.Ref("Problem")] as const),
);
/** A shut place of an API is told from an open one. */
const security = [{ token: [] }];

/** Every operation and every reading as a route of its own. */
export function addRoutes(app: FastifyInstance, pool: Pool): void {
  for (const operation of operations) {
    addOperation(app, pool, operation);
  }
  for (const reading of readings) {
    addReading(app, pool, reading);
  }
  addDeployment(app, pool);
}

function addOperation(app: FastifyInstance, pool: Pool, operation: Operation): void {
  const { method, path, calls, summary, tag, body, answer, created = false } = operation;
  app.route<{ Body: Readonly<Record<string, unknown>> | null; Params: Readonly<Record<string, unknown>> }>({
    method,
    url: fastifyPath(path),
    schema: {
      ...{ operationId: calls, summary, tags: [tag], security, params: paramsOf(path) },
      ...(body !== undefined &&
        method !== "DELETE" && {
          body: Object.keys(body.required ?? []).length > 0 ? body : Type.Union([body, Type.Null()]),
        }),
      response: { [created ? 201 : 200]: answer, ...problems },
    },
    handler: async (request, reply) => {
      const key = request.headers["idempotency-key"];
      const values = {
        ...(request.body ?? {}),
        ...request.params,
        ...(calls === "enqueue" && key !== undefined && { idempotency_key: key }),
      };
      const [row] = await pool.call(credentialOf(request), calls, values, actorOf(request));
      if (calls === "enqueue" && row?.["cancellation_kind"] === "rejected") {
        throw new UnconfirmedError(`it was rejected: ${String(row["cancellation_note"])}`, {
          hint: "The rejection is recorded. Enter it again with the confirmation.",
        });
      }
      if (created) {
        void reply.code(201);
      }
      if (calls === "enqueue") {
        void reply.header("location", `${app.prefix}/deployments/${String(row?.["id"])}`);
      }
      return row ?? {};
    },
  });
}

function addReading(app: FastifyInstance, pool: Pool, reading: Reading): void {
  const { path, view, calls, summary, tag, filters, by, descending, answer } = reading;
  const isPaged = view !== undefined && by !== undefined;
  const query = Type.Object(
    {
      ...Object.fromEntries(
        filters.map((name) => [name, Type.Optional(name === "cell_index" ? Type.Integer() : Type.String())]),
      ),
      ...(isPaged && {
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: perPage.most, default: perPage.default })),
        cursor: Type.Optional(Type.String({ description: "next_cursor of the page before", maxLength: 500 })),
      }),
    },
    { additionalProperties: false },
  );
  app.route<{ Params: Readonly<Record<string, unknown>>; Querystring: Readonly<Record<string, unknown>> }>({
    method: "GET",
    url: fastifyPath(path),
    schema: {
      ...{ operationId: `list_${view ?? calls}`, summary, tags: [tag], security },
      ...{ params: paramsOf(path), querystring: query },
      response: {
        200: Type.Object({
          items: Type.Array(answer),
          next_cursor: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        }),
        ...problems,
      },
    },
    handler: async (request) => {
      const credential = credentialOf(request);
      if (!isPaged) {
        return { items: await pool.call(credential, calls ?? "", request.params) };
      }
      const { limit = perPage.default, cursor, ...conditions } = request.query;
      const atMost = Number(limit);
      const items = await pool.look(credential, view, {
        ...{ conditions, by, descending, atMost },
        ...(typeof cursor === "string" && { after: fromCursor(cursor) }),
      });
      const last = items.length === atMost ? items.at(-1)?.[by] : undefined;
      return { items, next_cursor: last === undefined ? null : toCursor(last) };
    },
  });
}

function addDeployment(app: FastifyInstance, pool: Pool): void {
  app.get<{ Params: { deployment_id: number } }>(
    "/deployments/:deployment_id",
    {
      schema: {
        ...{ operationId: "get_deployment", summary: "One deployment", tags: ["deployments"], security },
        params: paramsOf("/deployments/{deployment_id}"),
        response: { 200: Deployment, ...problems },
      },
    },
    async (request) => {
      const { deployment_id: id } = request.params;
      const view = { conditions: { id }, by: "id", atMost: 1 };
      const [row] = await pool.look(credentialOf(request), "deployments_with_status", view);
      if (row === undefined) {
        throw new DeploymentNotFoundError(`deployment ${id} does not exist`);
      }
      return row;
    },
  );
}

/** Who acts, as the caller says; the record has beside it who was verified. */
function actorOf({ headers }: FastifyRequest): string | undefined {
  const actor = headers["x-actor"];
  return typeof actor === "string" ? actor : undefined;
}

function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function paramsOf(path: string) {
  return Type.Object(Object.fromEntries(Object.entries(pathIds).filter(([name]) => path.includes(`{${name}}`))));
}

function toCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** @throws InvalidValueError for what is no cursor */
function fromCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch (error) {
    throw new InvalidValueError("cursor must be the next_cursor of the page before", { cause: error });
  }
}
