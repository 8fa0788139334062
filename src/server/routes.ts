import type { FastifyInstance } from "fastify";
import { type TSchema, Type } from "typebox";
import { InvalidValueError, UnconfirmedError } from "../queue/errors.js";
import { actorOf, credentialOf } from "./caller.js";
import { deploymentOf } from "./deploymentOf.js";
import { operations } from "./operations/all.js";
import { type Operation, pathNames, type Reading } from "./operations/operation.js";
import { readings } from "./operations/readings.js";
import type { Pool } from "./pool.js";
import { problemsOf } from "./problem.js";
import { DeploymentRef } from "./schemas.js";
import type { Hub } from "./streams/hub.js";
import { StartQuery, startInTime, withShortLease } from "./streams/startInTime.js";

type Values = Readonly<Record<string, unknown>>;

const perPage = { default: 100, most: 1_000 };
/** Of the statuses of problems, those that any call may end with. */
const problems = problemsOf(400, 401, 403, 404, 409, 429, 500, 503);
const unchanged = { 304: { description: "It is as If-None-Match has it" } };
const bodyProblems = problemsOf(413, 415);
/** A shut place of an API is told from an open one. */
const security = [{ token: [] }];

/** Every operation and every reading as a route of its own. */
export function addRoutes(app: FastifyInstance, pool: Pool, hub: Hub): void {
  for (const operation of operations) {
    addOperation(app, { pool, hub }, operation);
  }
  for (const reading of readings) {
    addReading(app, pool, reading);
  }
  addDeployment(app, pool);
}

function addOperation(app: FastifyInstance, { pool, hub }: { pool: Pool; hub: Hub }, operation: Operation): void {
  const { method, path, calls, summary, tag, body, answer, many = false, created = false, example } = operation;
  const isEntry = calls === "enqueue" || calls === "submit";
  const isStart = calls === "try_start";
  app.route<{ Body: Values | null; Params: Values; Querystring: Values }>({
    method,
    url: fastifyPath(path),
    schema: {
      ...{ operationId: calls, summary, tags: [tag], security, params: paramsOf(path) },
      ...(isEntry && { headers: EntryHeaders }),
      ...(isStart && { querystring: StartQuery }),
      ...(body !== undefined && method !== "DELETE" && { body: bodyOf(body, example) }),
      response: {
        ...(isStart && { 202: { ...answerOf(answer), description: "It waits still" } }),
        [created ? 201 : 200]: answerOf(many ? Type.Object({ items: Type.Array(answer) }) : answer),
        ...{ ...problems, ...(body !== undefined && bodyProblems) },
      },
    },
    handler: async (request, reply) => {
      const key = request.headers["idempotency-key"];
      const given: Values = {
        ...(request.body ?? {}),
        ...request.params,
        ...(isEntry && key !== undefined && { idempotency_key: key }),
      };
      const values: Values = isStart ? withShortLease(given) : given;
      const wait = Number(request.query["wait"] ?? 0);
      if (isStart && wait > 0) {
        const answer = await startInTime({ pool, hub }, request, reply, { values, wait });
        return reply.code(answer["started"] === true ? 200 : 202).send(answer);
      }
      // An entry has the lease of its wait, so what is to start at once as well starts by a call of its own.
      const startsShortly = calls === "enqueue" && values["start"] === true && values["heartbeat"] === true;
      const order = startsShortly ? { ...values, start: false } : values;
      const rows = await pool.call(credentialOf(request), calls, order, actorOf(request));
      if (many) {
        return { items: rows };
      }
      const [row] = rows;
      const entered: Values = Object(row?.["deployment"] ?? row);
      if (isEntry && entered["cancellation_kind"] === "rejected") {
        throw new UnconfirmedError(`it was rejected: ${String(entered["cancellation_note"])}`, {
          hint: "The rejection is recorded. Enter it again with the confirmation.",
        });
      }
      if (created) {
        void reply.code(201);
      }
      if (isEntry) {
        void reply.header("location", `${app.prefix}/deployments/${String(entered["id"])}`);
      }
      if (startsShortly && waits(entered)) {
        const { keeper, stop_grace } = values;
        const start = withShortLease({ deployment_id: entered["id"], heartbeat: true, keeper, stop_grace });
        const [attempt] = await pool.call(credentialOf(request), "try_start", start, actorOf(request));
        return Object(attempt?.["deployment"]);
      }
      return row ?? {};
    },
  });
}

/** Whether it may start as soon as its turn comes. */
function waits(deployment: Values): boolean {
  return ["start_timestamp", "cancellation_timestamp", "hold"].every((field) => deployment[field] === null);
}

function addReading(app: FastifyInstance, pool: Pool, reading: Reading): void {
  const { path, view, calls = "", summary, tag, filters, needs = [], by, descending, answer } = reading;
  app.route<{ Params: Values; Querystring: Values }>({
    method: "GET",
    url: fastifyPath(path),
    schema: {
      ...{ operationId: `list_${view ?? calls}`, summary, tags: [tag], security, params: paramsOf(path) },
      querystring: queryOf(filters, needs, by !== undefined),
      response: {
        200: answerOf(
          Type.Object({
            items: Type.Array(answer),
            ...(by !== undefined && {
              next_cursor: Type.Union([Type.String(), Type.Null()], { description: "null: this is the last page" }),
            }),
          }),
        ),
        ...unchanged,
        ...problems,
      },
    },
    handler: async (request) => {
      const credential = credentialOf(request);
      const { limit = perPage.default, cursor, ...conditions } = request.query;
      if (view === undefined) {
        return { items: await pool.call(credential, calls, { ...request.params, ...conditions }) };
      }
      if (by === undefined) {
        return { items: await pool.look(credential, view, { conditions, atMost: perPage.most }) };
      }
      const atMost = Number(limit);
      const items = await pool.look(credential, view, {
        ...{ conditions, by: [descending === true ? `-${by}` : by], atMost },
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
        response: { 200: answerOf(DeploymentRef), ...unchanged, ...problems },
      },
    },
    (request) => deploymentOf(pool, credentialOf(request), request.params.deployment_id),
  );
}

const EntryHeaders = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({ maxLength: 200, description: "The same key of the same caller enters once" }),
  ),
});

function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function paramsOf(path: string) {
  return Type.Object(Object.fromEntries(Object.entries(pathNames).filter(([name]) => path.includes(`{${name}}`))));
}

function queryOf(filters: readonly string[], needs: readonly string[], isPaged: boolean) {
  const field = (name: string) => pathNames[name] ?? Type.String();
  return Type.Object(
    {
      ...Object.fromEntries(filters.map((name) => [name, Type.Optional(field(name))])),
      ...Object.fromEntries(needs.map((name) => [name, field(name)])),
      ...(isPaged && {
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: perPage.most, default: perPage.default })),
        cursor: Type.Optional(Type.String({ description: "next_cursor of the page before", maxLength: 500 })),
      }),
    },
    { additionalProperties: false },
  );
}

/** A body in which nothing is required may be left out. */
function bodyOf(body: NonNullable<Operation["body"]>, example: object | undefined): TSchema {
  const schema = Object.keys(body.required ?? []).length > 0 ? body : Type.Union([body, Type.Null()]);
  return example === undefined ? schema : { ...schema, examples: [example] };
}

function answerOf(schema: TSchema) {
  return { description: "It was done", content: { "application/json": { schema } } };
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
