import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Answer } from "../../queue/calls/callers.js";
import { pause } from "../../queue/pause.js";
import { actorOf, credentialOf } from "../caller.js";
import { deploymentOf } from "../deploymentOf.js";
import type { Pool } from "../pool.js";
import type { Hub } from "./hub.js";
import { cellOf } from "./lines.js";

export const StartQuery = Type.Object({
  wait: Type.Optional(
    Type.Number({ minimum: 0, maximum: 300, description: "Seconds: until then, it starts when its turn comes" }),
  ),
});

/** Seconds. A client that dies before its first heartbeat must not hold the cell for the length of a lease. */
const firstBeatWithin = 60;

/** Arguments of try_start for a client that promises heartbeats. */
export function withShortLease(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...values, ...(values["heartbeat"] === true && { first_beat_within: firstBeatWithin }) };
}

export interface Start {
  /** Arguments of try_start. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly wait: number;
}

/** Tries to start a deployment until it has started, the time is over, the server stops or the client is gone. @returns the last attempt */
export async function startInTime(
  { pool, hub }: { readonly pool: Pool; readonly hub: Hub },
  request: FastifyRequest,
  reply: FastifyReply,
  { values, wait }: Start,
): Promise<Answer> {
  const credential = credentialOf(request);
  const { deployment_id: id, keeper } = values;
  const deadline = performance.now() + wait * 1_000;
  const over = new AbortController();
  const end = (): void => over.abort();
  reply.raw.once("close", end);
  hub.closing.addEventListener("abort", end);
  let isWoken = false;
  let wake = (): void => undefined;
  await hub.listen();
  const cell = cellOf(await deploymentOf(pool, credential, Number(id)));
  // Before the first attempt, so that nothing is missed that happens after it.
  const leave = hub.follow({
    ...{ credential, id: Number(id), cell, keeper: typeof keeper === "string" ? keeper : undefined },
    tell: ({ event }) => {
      isWoken ||= event !== "waiting" && event !== "kept";
      wake();
    },
  });
  try {
    for (;;) {
      isWoken = false;
      const [answer = {}] = await pool.call(credential, "try_start", values, actorOf(request));
      if (answer["started"] === true) {
        return answer;
      }
      const isCancelled = Object(answer["deployment"]).cancellation_timestamp !== null;
      // The next attempt says why a cancelled one cannot start any more.
      while (!isWoken && !isCancelled && !over.signal.aborted && performance.now() < deadline) {
        await pause(deadline - performance.now(), over.signal, (resolve) => {
          wake = resolve;
        });
      }
      if (over.signal.aborted || performance.now() >= deadline) {
        return answer;
      }
    }
  } finally {
    leave();
    hub.closing.removeEventListener("abort", end);
  }
}
