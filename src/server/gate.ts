import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { actorOf, credentialOf } from "./caller.js";
import type { Pool } from "./pool.js";
import { problemsOf } from "./problem.js";
import { DeploymentId, Place, seconds, text, Work } from "./schemas.js";

type Values = Readonly<Record<string, unknown>>;

const { environment, ...cell } = Place;
const { component, version, artifact, url, note, concurrency_key, sequence, sequence_scope, priority } = Work;

const Question = Type.Object(
  {
    ...{ environment, component },
    ...Type.Partial(Type.Object(cell), { description: "Left out, it is the only cell of the environment" }).properties,
    ...{ sequence, sequence_scope, version, artifact, url, note, concurrency_key, priority },
    confirmation: Type.Optional(text("The phrase that the environment asks for", 100)),
    max_duration: Type.Optional(seconds("It is cancelled after so long, unless it is finished before")),
    ask_every: Type.Optional(seconds("How often it is asked; the place is kept for three times as long")),
    idempotency_key: Type.Optional(
      text("What tells the next question which place it means, instead of a sequence", 200),
    ),
  },
  { additionalProperties: false },
);

const Answer = Type.Object({
  proceed: Type.Boolean({ description: "Whether its turn has come: it has started" }),
  reason: Type.String({ description: "Why, or why not yet" }),
  retry_after: Type.Union([Type.Number(), Type.Null()], { description: "Seconds after which to ask again" }),
  deployment_id: DeploymentId,
});

const headers = Type.Object({
  "idempotency-key": Type.Optional(text("As idempotency_key", 200)),
});

/** "Is it my turn?", for what can only poll. */
export function addGate(app: FastifyInstance, pool: Pool): void {
  for (const method of ["GET", "POST"] as const) {
    app.route<{ Querystring: Values; Body?: Values | null }>({
      method,
      url: "/gate",
      exposeHeadRoute: false,
      schema: {
        ...{
          operationId: method === "GET" ? "ask_turn" : "ask_turn_by_post",
          tags: ["line"],
          security: [{ token: [] }],
        },
        summary: "Whether it is the turn of a deployment, which enters the line with the first question",
        description: "POST takes the fields in the query as well, so that both ask the same.",
        headers,
        querystring: method === "GET" ? Question : Type.Partial(Question),
        ...(method === "POST" && { body: Type.Union([Type.Partial(Question), Type.Null()]) }),
        response: {
          200: { description: "The answer", content: { "application/json": { schema: Answer } } },
          ...problemsOf(400, 401, 403, 404, 409, 413, 415, 429, 431, 500, 503),
        },
      },
      handler: async (request, reply) => {
        const key = request.headers["idempotency-key"];
        const question = { ...(key !== undefined && { idempotency_key: key }), ...request.query, ...request.body };
        const [answer] = await pool.call(credentialOf(request), "ask_turn", question, actorOf(request));
        const after = answer?.["retry_after"];
        if (typeof after === "number") {
          void reply.header("retry-after", Math.ceil(after));
        }
        return answer ?? {};
      },
    });
  }
}
