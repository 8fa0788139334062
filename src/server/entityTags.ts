import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";

/** Gives each answer to GET a tag, by which one who asks again is told that nothing has changed instead of the same once more. */
export function addEntityTags(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    if (request.method !== "GET" || reply.statusCode !== 200 || typeof payload !== "string") {
      return payload;
    }
    const tag = `"${createHash("sha256").update(payload).digest("base64url").slice(0, 22)}"`;
    void reply.header("etag", tag);
    const known = request.headers["if-none-match"]?.split(",").map((one) => one.trim().replace(/^W\//, "")) ?? [];
    if (!known.includes(tag)) {
      return payload;
    }
    void reply.code(304).removeHeader("content-type").removeHeader("content-length");
    return null;
  });
}
