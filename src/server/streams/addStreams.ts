import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { UnknownNameError } from "../../queue/errors.js";
import { credentialOf } from "../caller.js";
import { deploymentOf } from "../deploymentOf.js";
import type { Meter } from "../observeRequests.js";
import { keeper } from "../operations/operation.js";
import type { Pool } from "../pool.js";
import { problemsOf } from "../problem.js";
import { DeploymentId, Place } from "../schemas.js";
import { addLogs } from "./addLogs.js";
import { EventStream } from "./eventStream.js";
import type { Hub } from "./hub.js";
import { cellOf } from "./lines.js";
import { OpenStreams } from "./openStreams.js";

const answers = {
  200: {
    description: "Server-sent events, and a comment every 15 seconds",
    content: { "text/event-stream": { schema: Type.String() } },
  },
  ...problemsOf(400, 401, 403, 404, 409, 429, 500, 503),
};

const AgentId = Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: "What register_targets answered" });
const EventId = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: "The id of the last event" });

export interface StreamOptions {
  readonly pool: Pool;
  readonly hub: Hub;
  readonly meter?: Meter | undefined;
}

/** The streams of events. */
export function addStreams(app: FastifyInstance, { pool, hub, meter }: StreamOptions): void {
  const streams = new OpenStreams();
  app.addHook("preClose", async () => {
    streams.close();
    await hub.close();
  });

  const open = (reply: FastifyReply): EventStream => {
    const stream = new EventStream(reply);
    streams.add(stream);
    meter?.streams(1);
    stream.ended.addEventListener("abort", () => meter?.streams(-1), { once: true });
    return stream;
  };

  addLogs(app, { pool, hub, open });

  app.get<{ Params: { deployment_id: number }; Querystring: { keeper?: string } }>(
    "/deployments/:deployment_id/events",
    {
      exposeHeadRoute: false,
      schema: {
        ...{ operationId: "follow_deployment", tags: ["deployments"], security: [{ token: [] }] },
        summary:
          "What happens to it, as server-sent events: waiting, turn (try to start it now), started, stopping, ended",
        params: Type.Object({ deployment_id: DeploymentId }),
        querystring: Type.Object({ keeper }, { additionalProperties: false }),
        response: answers,
      },
    },
    async (request, reply) => {
      const credential = credentialOf(request);
      const id = request.params.deployment_id;
      const cell = cellOf(await deploymentOf(pool, credential, id));
      await hub.listen();
      const stream = open(reply);
      const leave = hub.follow({
        ...{ credential, id, cell, keeper: request.query.keeper },
        tell: ({ event, data }) => {
          if (event !== "refused") {
            stream.send(event, data);
          }
          if (event === "refused" || event === "ended") {
            stream.end();
          }
        },
      });
      stream.ended.addEventListener("abort", leave, { once: true });
      if (stream.ended.aborted) {
        leave();
      }
      return reply;
    },
  );

  app.get<{ Params: { agent_id: number } }>(
    "/agents/:agent_id/events",
    {
      exposeHeadRoute: false,
      schema: {
        ...{ operationId: "follow_agent", tags: ["agents"], security: [{ token: [] }] },
        summary: "When it is of use to take work, as server-sent events of the name work",
        params: Type.Object({ agent_id: AgentId }),
        response: answers,
      },
    },
    async (request, reply) => {
      const credential = credentialOf(request);
      const { agent_id: id } = request.params;
      const [known] = await pool.look(credential, "agents", { conditions: { id }, atMost: 1 });
      if (known === undefined) {
        throw new UnknownNameError(`there is no agent ${id}`);
      }
      await hub.listen();
      const stream = open(reply);
      const leave = hub.agents.add(id, () => stream.send("work", {}));
      stream.ended.addEventListener("abort", leave, { once: true });
      if (stream.ended.aborted) {
        leave();
      }
      return reply;
    },
  );

  app.get<{ Querystring: { environment?: string }; Headers: { "last-event-id"?: number } }>(
    "/events",
    {
      exposeHeadRoute: false,
      schema: {
        ...{ operationId: "follow_transitions", tags: ["line"], security: [{ token: [] }] },
        summary: "Every transition, as server-sent events",
        querystring: Type.Object({ environment: Type.Optional(Place.environment) }, { additionalProperties: false }),
        headers: Type.Object({ "last-event-id": Type.Optional(EventId) }),
        response: answers,
      },
    },
    async (request, reply) => {
      await hub.listen();
      const { "last-event-id": known } = request.headers;
      await hub.transitions.add(
        { credential: credentialOf(request), environment: request.query.environment, known },
        () => open(reply),
      );
      return reply;
    },
  );
}
