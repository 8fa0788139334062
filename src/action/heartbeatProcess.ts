import { logOutages } from "../display/outages.js";
import type { Deployment } from "../queue/deployment.js";
import { keepAlive } from "../queue/keeping.js";
import { Lease, readClocks } from "../queue/lease.js";
import { type Address, openSource } from "../queue/openSource.js";
import { outlastOutages } from "../queue/outage.js";
import { Queue } from "../queue/queue.js";
import { deploymentName } from "../text/describe.js";
import { printable } from "../text/printable.js";
import { type Surroundings, watchRunner } from "./runnerWatch.js";
import { Stopping } from "./stopping.js";

/** What the main step tells the process. */
export interface HeartbeatOrder {
  readonly id: number;
  /** The name that the step has drawn for itself and for this process. */
  readonly keeper: string;
  readonly address: Address;
  readonly applicationName: string;
  /** What tells that the job is gone. */
  readonly surroundings: Surroundings;
  /** The process of the runner, where its steps are within reach. */
  readonly runner: number | undefined;
  readonly stopOnCancel: boolean;
}

/**
 * The process that keeps the deployment of a job alive until it has ended, or the job is gone. It is the keeper of the deployment, but
 * not of the work: it can only tell the steps of the job that they should end, or end them.
 */
export async function sendHeartbeats(): Promise<void> {
  // A full disk must cost the log only, not the heartbeats.
  process.stdout.on("error", () => undefined);
  const order = await new Promise<HeartbeatOrder>((resolve) => process.once("message", resolve));
  const source = openSource({ ...order.address, applicationName: order.applicationName });
  const queue = new Queue(source);
  const gone = new AbortController();
  const stopLooking = watchRunner(order.surroundings, write, (why) => {
    write(why);
    gone.abort();
  });
  try {
    const onEvent = logOutages({ info: write, warn: write });
    const { id, keeper, runner, stopOnCancel } = order;
    const lease = new Lease();
    const beat = async (): Promise<Deployment> => {
      const sent = readClocks();
      const { deployment, endsBy } = await queue.heartbeat(id, keeper);
      lease.renewed(sent, deployment, endsBy);
      return deployment;
    };
    const deployment = await outlastOutages(beat, {
      outageTimeout: Number.POSITIVE_INFINITY,
      signal: gone.signal,
      onEvent,
    });
    write(`process ${process.pid} sends heartbeats for ${deploymentName(deployment)}`);
    // The main step may have given up and be gone. Without a callback, the failed message would end this process.
    process.send?.("sent", undefined, undefined, () => undefined);
    const over = new AbortController();
    const stopping = new Stopping(queue, lease, {
      ...{ runner, stopOnCancel, log: write },
      over: AbortSignal.any([over.signal, gone.signal]),
    });
    const stopWatching = stopping.watch(deployment);
    const onStop = (asked: Deployment): void => void stopping.requested(asked);
    let forgotten: Promise<void> | undefined;
    const onForgotten = async (present: Deployment | undefined): Promise<void> => {
      if (forgotten !== undefined) return;
      // Nothing is lost where it may start again.
      if (present !== undefined && (await queue.tryStart(id, { heartbeat: true, keeper })).started) return;
      forgotten = stopping.forgotten(deployment);
    };
    const keeping = { keeper, lease, signal: gone.signal, onEvent, onStop, onForgotten, tolerant: true };
    const end = await keepAlive(queue, id, keeping).finally(stopWatching);
    await forgotten;
    if (end !== undefined && isLost(end)) {
      await stopping.lost(end);
    }
    over.abort();
    if (end !== undefined) {
      write(`${deploymentName(end)} has ended`);
    }
  } finally {
    stopLooking();
    await source.close();
  }
}

/** Whether its cell is free though no step of the job has told that the work has ended. */
function isLost({ cancellation_kind }: Deployment): boolean {
  return cancellation_kind !== null && !["stopped", "failed"].includes(cancellation_kind);
}

function write(message: string): void {
  process.stdout.write(`${new Date().toISOString()} ${printable(message)}\n`);
}
