import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { actorOf, credentialOf } from "./caller.js";
import { letInFirst } from "./letIn.js";
import { limitRequests } from "./limits.js";
import { Commands, commitHash, refName } from "./operations/work.js";
import type { Pool } from "./pool.js";
import type { ProblemDetails } from "./problem.js";
import { text } from "./schemas.js";

const Job = Type.Object({
  cd: text("Where the commands run; the target is the one that has registered it, or the longest path above it", 4_000),
  commands: Commands,
  commit_hash: Type.Optional(commitHash),
  ref_name: Type.Optional(refName),
  target: Type.Optional(text("The target, where several have the directory", 100)),
  confirmation: Type.Optional(text("The phrase that the environment asks for", 100)),
});

const Reasons = Type.Array(Type.Object({ kind: Type.String(), text: Type.String() }));
/** Kinds of reasons which mean that another deployment runs. */
const runs = new Set(["running", "verifying", "stopping"]);

const jsonOf = (description: string, schema: object) => ({ description, content: { "application/json": { schema } } });
const refused = jsonOf("It was not done", Type.Object({ error: Type.String() }));
const refusals = Object.fromEntries([400, 403, 404, 409, 413, 415, 429, 500, 503].map((status) => [status, refused]));
const about = { tags: ["jobs"], security: [{ token: [] }] };

/** The two calls of a deployment server for one machine, for clients of it that change the address and nothing else. A job is a deployment. */
export async function addJobs(app: FastifyInstance, pool: Pool, rateLimit: number): Promise<void> {
  await limitRequests(app, pool.known, rateLimit);
  letInFirst(app, pool);

  app.post<{ Body: Record<string, unknown>; Headers: { "idempotency-key"?: string } }>(
    "/deploy",
    {
      schema: {
        ...{ operationId: "deploy", summary: "Let an agent run commands when it is their turn", ...about, body: Job },
        headers: Type.Object({ "idempotency-key": Type.Optional(text("The same key enters once", 200)) }),
        response: {
          200: jsonOf(
            "It has entered the line",
            Type.Object({
              job_id: Type.String(),
              queued: Type.Optional(Type.Literal(true)),
              message: Type.Optional(Type.String()),
            }),
          ),
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const { cd, commands, commit_hash, ref_name, target, confirmation } = request.body;
      const job = { directory: cd, commands, commit_hash, ref_name, target, confirmation };
      const key = request.headers["idempotency-key"];
      const [answer] = await pool.call(
        credentialOf(request),
        "submit",
        { ...job, ...(key !== undefined && { idempotency_key: key }) },
        actorOf(request),
      );
      const deployment: Readonly<Record<string, unknown>> = Object(answer?.["deployment"]);
      if (deployment["cancellation_kind"] === "rejected") {
        return reply.code(409).send({ error: `it was rejected: ${deployment["cancellation_note"]}` });
      }
      const job_id = String(deployment["id"]);
      const reasons = Value.Parse(Reasons, answer?.["waiting_on"]);
      const reason = reasons.find(({ kind }) => kind === "agent") ?? reasons[0];
      if (reason === undefined) {
        return { job_id };
      }
      const why =
        reason.kind !== "agent" && reasons.some(({ kind }) => runs.has(kind))
          ? "Another deployment is running"
          : reason.text;
      return { job_id, queued: true, message: `${why}; this job is queued.` };
    },
  );

  app.get<{ Params: { job_id: string } }>(
    "/status/:job_id",
    {
      // It would take what has been printed and show it to nobody.
      exposeHeadRoute: false,
      schema: {
        ...{ operationId: "get_job_status", summary: "How far a job is, and what it has printed since the last call" },
        ...{ ...about, params: Type.Object({ job_id: text("As /deploy has answered", 100) }) },
        response: {
          200: jsonOf(
            "How far it is",
            Type.Object({
              status: Type.Union(["queued", "running", "complete", "failed"].map((status) => Type.Literal(status))),
              logs: Type.String({ description: "Each piece is given out once" }),
            }),
          ),
          ...refusals,
          404: jsonOf("There is no such job", Type.Object({ status: Type.Literal("not_found") })),
        },
      },
    },
    async (request, reply) => {
      const { job_id: id } = request.params;
      const credential = credentialOf(request);
      const [job] = /^[1-9]\d{0,14}$/.test(id)
        ? await pool.call(credential, "poll_work", { deployment_id: Number(id) })
        : // Whether the caller is let in is told first.
          await pool.call(credential, "schema_version", {}).then(() => []);
      if (job === undefined || job["status"] === "not_found") {
        return reply.code(404).send({ status: "not_found" });
      }
      return job;
    },
  );
}

/**
 * Errors in the form of these calls. A client that polls takes every answer without a status for the end of its job, so one that may
 * ask again has one.
 */
export function sendAsJob(reply: FastifyReply, { status, detail, hint }: ProblemDetails): FastifyReply {
  const isOver = status < 429;
  if (status === 401 || status === 403) {
    return reply.code(403).send({ error: "Unauthorized", ...(status === 403 && { message: detail }) });
  }
  const error = hint === undefined ? detail : `${detail}. ${hint}`;
  return reply.code(status).send({ error, ...(!isOver && { status: "unknown" }) });
}
