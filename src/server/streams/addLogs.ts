import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { credentialOf } from "../caller.js";
import { deploymentOf } from "../deploymentOf.js";
import type { Pool } from "../pool.js";
import { problemsOf } from "../problem.js";
import { DeploymentId, LogChunk, moment } from "../schemas.js";
import type { EventStream } from "./eventStream.js";
import type { Hub } from "./hub.js";
import { cellOf } from "./lines.js";

const Position = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Query = Type.Object(
  {
    after: Type.Optional({ ...Position, description: "The last position that is known" }),
    since: Type.Optional(moment("From then on")),
    stream: Type.Optional(
      Type.Union([Type.Literal("stdout"), Type.Literal("stderr"), Type.Literal("note")], { description: "Only this" }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 1_000 })),
    content: Type.Optional(Type.Boolean({ default: true, description: "false: events only tell that there is more" })),
  },
  { additionalProperties: false },
);
const Headers = Type.Object({
  "last-event-id": Type.Optional({ ...Position, description: "The last position, when a stream is opened anew" }),
});

interface LogQuery {
  readonly after?: number;
  readonly since?: string;
  readonly stream?: string;
  readonly limit?: number;
  readonly content?: boolean;
}

export interface LogOptions {
  readonly pool: Pool;
  readonly hub: Hub;
  readonly open: (reply: FastifyReply) => EventStream;
}

/** The log of a deployment: a page as JSON, the rest of it as plain text, or as server-sent events to the end of the deployment. */
export function addLogs(app: FastifyInstance, { pool, hub, open }: LogOptions): void {
  app.get<{ Params: { deployment_id: number }; Querystring: LogQuery; Headers: { "last-event-id"?: number } }>(
    "/deployments/:deployment_id/logs",
    {
      exposeHeadRoute: false,
      schema: {
        ...{ operationId: "list_logs", tags: ["deployments"], security: [{ token: [] }] },
        summary: "What its work has printed; with Accept: text/event-stream also what is added, until it has ended",
        params: Type.Object({ deployment_id: DeploymentId }),
        querystring: Query,
        headers: Headers,
        response: {
          200: {
            description:
              "A page as JSON, all of it as plain text, or events: chunk, with the position as id, and ended",
            content: {
              "application/json": {
                schema: Type.Object({
                  items: Type.Array(LogChunk),
                  next_after: Type.Union([Position, Type.Null()], {
                    description:
                      "after for the next page; null: there is no more now, and what is added comes after the last position",
                  }),
                }),
              },
              "text/plain": { schema: Type.String() },
              "text/event-stream": { schema: Type.String() },
            },
          },
          ...problemsOf(400, 401, 403, 404, 409, 429, 500, 503),
        },
      },
    },
    async (request, reply) => {
      const credential = credentialOf(request);
      const id = request.params.deployment_id;
      const { since = null, stream = null, limit, content = true } = request.query;
      const read = (after: number, atMost = 1_000) =>
        pool.call(credential, "logs", {
          ...{ deployment_id: id, after_position: after, since, from_stream: stream, at_most: atMost },
        });
      const { accept = "" } = request.headers;
      const after = request.headers["last-event-id"] ?? request.query.after ?? 0;
      if (accept.includes("text/event-stream")) {
        // Before the stream is open: a refusal is an answer of its own.
        await read(after, 1);
        const cell = cellOf(await deploymentOf(pool, credential, id));
        await hub.listen();
        const given = { credential, id, cell, after, read: content ? read : undefined };
        return followLog(hub, given, () => open(reply), reply);
      }
      const first = await read(after, limit);
      if (accept.includes("text/plain")) {
        return reply.type("text/plain; charset=utf-8").send(Readable.from(texts(first, read)));
      }
      const last = Number(first.at(-1)?.["position"] ?? after);
      const hasMore = first.length > 0 && (await read(last, 1)).length > 0;
      return { items: first, next_after: hasMore ? last : null };
    },
  );
}

type Rows = Awaited<ReturnType<Pool["call"]>>;
type Read = (after: number, atMost?: number) => Promise<Rows>;

async function* texts(first: Rows, read: Read): AsyncGenerator<string> {
  for (let page = first; page.length > 0; page = await read(Number(page.at(-1)?.["position"]))) {
    yield page.map((row) => String(row["content"])).join("");
  }
}

function followLog(
  hub: Hub,
  given: {
    readonly credential: Buffer;
    readonly id: number;
    readonly cell: string;
    readonly after: number;
    /** Undefined: the client is only told that there is more. */
    readonly read: Read | undefined;
  },
  open: () => EventStream,
  reply: FastifyReply,
): FastifyReply {
  const { credential, id, cell, read } = given;
  const stream = open();
  let { after } = given;
  let end: (() => void) | undefined;
  let isReading = false;
  let isTold = false;
  const send = async (): Promise<void> => {
    await follower.listen();
    if (read === undefined) {
      stream.send("more", {});
      return;
    }
    for (let page = await read(after); page.length > 0 && !stream.ended.aborted; page = await read(after)) {
      for (const row of page) {
        after = Number(row["position"]);
        stream.send("chunk", row, after);
        await stream.drained();
      }
    }
  };
  const wake = (): void => {
    isTold = true;
    if (isReading) {
      return;
    }
    isReading = true;
    void (async () => {
      while (isTold && !stream.ended.aborted) {
        isTold = false;
        await send();
      }
      isReading = false;
      end?.();
    })().catch(() => stream.end());
  };
  const follower = hub.logs.follow(id, wake);
  const leave = hub.follow({
    ...{ credential, id, cell, keeper: undefined },
    tell: ({ event, data }) => {
      if (event === "refused") {
        stream.end();
      } else if (event === "ended") {
        end = () => {
          stream.send("ended", data);
          stream.end();
        };
        wake();
      }
    },
  });
  const stop = (): void => {
    leave();
    follower.leave();
  };
  stream.ended.addEventListener("abort", stop, { once: true });
  if (stream.ended.aborted) {
    stop();
  }
  wake();
  return reply;
}
