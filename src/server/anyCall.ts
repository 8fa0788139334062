import type { FastifyInstance, FastifyRequest } from "fastify";
import { type TSchema, Type } from "typebox";
import { mostRows } from "../queue/mostRows.js";
import { credentialOf } from "./caller.js";
import type { Pool } from "./pool.js";
import { problemsOf } from "./problem.js";
import { Anything, text } from "./schemas.js";

type Values = Readonly<Record<string, unknown>>;

/** In bytes: twice as much as our own writers send. */
const largestLog = 1_048_576;

const problems = problemsOf(400, 401, 403, 404, 409, 413, 415, 429, 500, 503);
const security = [{ token: [] }];
const rows = Type.Array(Type.Unknown(), { description: "As the database has them; durations are numbers of seconds" });
const notices = Type.Array(
  Type.Object({ level: Type.Union([Type.Literal("notice"), Type.Literal("warning")]), message: Type.String() }),
  { description: "What the queue says beside the answer" },
);

/**
 * Every function and every view by its name, for programs of the queue such as its command line. The database decides what the caller
 * may call and see, as it does for all routes.
 */
export function addAnyCall(app: FastifyInstance, pool: Pool): void {
  // Rows with all their columns and by the names of the database, not as --json prints them.
  const serializerCompiler = () => (data: unknown) => JSON.stringify(data);

  type Call = { Body: { arguments?: Values; actor?: string } };
  const body = Type.Object({
    arguments: Type.Optional(Anything),
    actor: Type.Optional(text("Who acts, as the caller says", 200)),
  });
  const call = (request: FastifyRequest<Call>, name: string) =>
    pool.callAndHear(credentialOf(request), name, request.body.arguments ?? {}, request.body.actor);
  app.post<Call & { Params: { function: string } }>(
    "/call/:function",
    {
      schema: {
        ...{ operationId: "call", tags: ["programs"], security, body },
        summary: "Call a function of docs/sql-api.md by its name",
        params: Type.Object({ function: text("Such as enqueue", 63) }),
        response: { 200: answerOf(Type.Object({ rows, notices })), ...problems },
      },
      serializerCompiler,
    },
    (request) => call(request, request.params.function),
  );
  // A second of a log is longer than all else that is called.
  app.post<Call>(
    "/call/append_log",
    { bodyLimit: largestLog, schema: { body, hide: true }, serializerCompiler },
    (request) => call(request, "append_log"),
  );

  app.post<{
    Params: { view: string };
    Body: {
      conditions?: Values;
      at_least?: Values;
      by?: readonly string[];
      after?: readonly unknown[];
      limit?: number;
    };
  }>(
    "/look/:view",
    {
      schema: {
        ...{ operationId: "look", tags: ["programs"], security },
        summary: "Read a view of docs/sql-api.md by its name",
        params: Type.Object({ view: text("Such as queue", 63) }),
        body: Type.Object({
          conditions: Type.Optional({ ...Anything, description: "What fields equal: a value, or one of several" }),
          at_least: Type.Optional({ ...Anything, description: "Fields and their least values" }),
          by: Type.Optional(
            Type.Array(text("A field", 64), { description: 'The order; a field that begins with "-" is descending' }),
          ),
          after: Type.Optional(
            Type.Array(Type.Unknown(), {
              description: "What the fields of the order are in the last row of the page before",
              maxItems: 64,
            }),
          ),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostRows, default: mostRows })),
        }),
        response: { 200: answerOf(Type.Object({ rows })), ...problems },
      },
      serializerCompiler,
    },
    async (request) => {
      const { conditions = {}, at_least: from, by, after, limit: atMost = mostRows } = request.body;
      const page = { conditions, from, after, atMost, ...(by !== undefined && { by }) };
      return { rows: await pool.look(credentialOf(request), request.params.view, page) };
    },
  );
}

function answerOf(schema: TSchema) {
  return { description: "It was done", content: { "application/json": { schema } } };
}
