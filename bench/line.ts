import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Queue } from "../src/queue/queue.js";
import { waitForStart } from "../src/queue/waiting.js";
import type { BenchServer } from "./server.js";

/** Hand-offs, one after the other. */
export interface HandOvers {
  /** Milliseconds from the finish being sent to the next one having started. */
  readonly handOver: () => Promise<number>;
  close(): Promise<void>;
}

/** Before each, so that it begins in peace, as in life. */
export const idleMilliseconds = 20;

/** Tells when a waiter has fallen asleep: its second look follows the probe for delivery, after which it sleeps. */
export function watchSleep(): { readonly onLook: () => void; readonly asleep: Promise<void> } {
  let looks = 0;
  let fallAsleep = (): void => undefined;
  const asleep = new Promise<void>((resolve) => {
    fallAsleep = resolve;
  });
  const onLook = (): void => {
    looks += 1;
    if (looks === 2) fallAsleep();
  };
  return { onLook, asleep };
}

/** So many waiters in one cell on so many connections, or at a server. They are let in over a connection. A waiter that was served joins the line again, at its end. */
export async function openLine(
  server: BenchServer,
  waiters: number,
  connections: number,
  openQueue = server.openQueue,
): Promise<HandOvers> {
  const way = openQueue === server.openQueue ? "" : "-elsewhere";
  const region = `line-${waiters}-${connections}${way}`;
  const location = { environment: "dev", cloudProvider: "bench", region, cellIndex: 0, component: "api" };
  const operator = server.openQueue();
  const queues = Array.from({ length: connections }, openQueue);
  let { id: holder } = await operator.enqueue(location);
  await operator.tryStart(holder);

  let startedAt = 0;
  let served = (): void => undefined;
  const leave = new AbortController();
  setMaxListeners(0, leave.signal);
  const line: { readonly queue: Queue; readonly over: Promise<void> }[] = [];
  const join = async (queue: Queue): Promise<void> => {
    const { id } = await queue.enqueue(location, { heartbeat: true });
    const { onLook, asleep } = watchSleep();
    // Nothing catches an error of a waiter: it ends this process.
    const over = waitForStart(queue, id, { heartbeat: true, signal: leave.signal, onLook }).then((attempt) => {
      if (attempt === undefined) return;
      startedAt = performance.now();
      holder = id;
      served();
    });
    line.push({ queue, over });
    await asleep;
  };
  while (line.length < waiters) {
    for (const queue of queues) {
      await join(queue);
    }
  }

  return {
    async handOver() {
      await sleep(idleMilliseconds);
      const next = line.shift();
      const done = new Promise<void>((resolve) => {
        served = resolve;
      });
      const began = performance.now();
      await Promise.all([operator.finish(holder), done]);
      const took = startedAt - began;
      if (next !== undefined) await join(next.queue);
      return took;
    },
    async close() {
      leave.abort();
      await Promise.all(line.map(({ over }) => over));
      await Promise.all([operator, ...queues].map(({ source }) => source.close()));
    },
  };
}
