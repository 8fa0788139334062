import { waitForStart } from "../src/queue/waiting.js";
import type { BenchServer, Figure } from "./support.js";

const deployments = 1_000;
const connections = 200;

/**
 * A thousand deployments queued in one cell, drained by 200 connections that wait side by side: how often somebody is
 * woken for each hand-off, and whether anybody passes another.
 */
export async function herd(server: BenchServer): Promise<Figure[]> {
  const location = { environment: "dev", cloudProvider: "bench", region: "herd", cellIndex: 0, component: "api" };
  const operator = server.openQueue();
  const holder = await operator.enqueue(location);
  await operator.tryStart(holder.id);
  const ids: number[] = [];
  while (ids.length < deployments) {
    ids.push((await operator.enqueue(location)).id);
  }

  const queues = Array.from({ length: connections }, () => server.openQueue());
  let wakeUps = 0;
  const started: number[] = [];
  let asleep = 0;
  let allAsleep = (): void => undefined;
  const everybodySleeps = new Promise<void>((resolve) => {
    allAsleep = resolve;
  });
  const drained = ids.map(async (id, place) => {
    const queue = queues[place % connections];
    if (queue === undefined) return;
    // Beside the waiter's own: what the server really sends.
    queue.database.onWakeUp(`deploy_queue_deployment_${id}`, () => {
      wakeUps += started.includes(id) ? 0 : 1;
    });
    let first = true;
    await waitForStart(queue, id, {
      heartbeat: false,
      onWaiting() {
        asleep += first ? 1 : 0;
        first = false;
        if (asleep === deployments) allAsleep();
      },
    });
    started.push(id);
    await queue.finish(id);
  });
  await everybodySleeps;
  const before = wakeUps;
  const began = performance.now();
  await operator.finish(holder.id);
  await Promise.all(drained);
  const seconds = (performance.now() - began) / 1000;
  await Promise.all([operator, ...queues].map(({ database }) => database.close()));

  const outOfOrder = started.filter((id, place) => id !== ids[place]).length;
  return [
    { what: "wake-ups a hand-off", figure: (wakeUps - before) / deployments, beside: undefined, unit: "", target: "1" },
    { what: "deployments out of order", figure: outOfOrder, beside: undefined, unit: "", target: "0" },
    { what: "hand-offs", figure: deployments / seconds, beside: undefined, unit: "/s", target: "" },
  ];
}
