import { waitForStart } from "../src/queue/waiting.js";
import { watchSleep } from "./line.js";
import { affords, type BenchServer } from "./server.js";
import { type BenchOptions, type Figure, range } from "./support.js";

/**
 * A thousand deployments queued in one cell (quickly: 300), drained by 200 connections (100) that wait side by side: how many waiters
 * each hand-off wakes, and whether one of them passes another.
 */
export async function herd(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const [deployments, connections] = thorough ? [1_000, 200] : [300, 100];
  // Each of them probes with a second one whether notifications arrive.
  if (!(await affords(server, "herd", 2 * connections + 10))) {
    return [];
  }
  const location = { environment: "dev", cloudProvider: "bench", region: "herd", cellIndex: 0, component: "api" };
  const operator = server.openQueue();
  const holder = await operator.enqueue(location);
  await operator.tryStart(holder.id);
  const ids: number[] = [];
  while (ids.length < deployments) {
    ids.push((await operator.enqueue(location)).id);
  }

  const queues = Array.from({ length: connections }, () => server.openQueue());
  const wakeUps = new Map<number, number>();
  const started: number[] = [];
  const sleepers = ids.map(watchSleep);
  let began = Number.POSITIVE_INFINITY;
  let vainLooks = 0;
  const drained = ids.map(async (id, place) => {
    const queue = queues[place % connections];
    if (queue === undefined) return;
    // Beside the waiter's own: what the server really sends.
    queue.database.onWakeUp(`deploy_queue_deployment_${id}`, () => {
      if (!started.includes(id)) wakeUps.set(id, (wakeUps.get(id) ?? 0) + 1);
    });
    await waitForStart(queue, id, {
      heartbeat: false,
      onLook() {
        sleepers[place]?.onLook();
        if (performance.now() > began) vainLooks += 1;
      },
    });
    started.push(id);
    await queue.finish(id);
  });
  await Promise.all(sleepers.map(({ asleep }) => asleep));
  wakeUps.clear();
  began = performance.now();
  await operator.finish(holder.id);
  await Promise.all(drained);
  const seconds = (performance.now() - began) / 1000;
  await Promise.all([operator, ...queues].map(({ database }) => database.close()));

  const outOfOrder = started.filter((id, place) => id !== ids[place]).length;
  const counts = ids.map((id) => wakeUps.get(id) ?? 0);
  const all = counts.reduce((total, count) => total + count, 0);
  return [
    {
      what: "wake-ups of a deployment until it starts; in brackets the fewest and the most",
      figure: all / deployments,
      range: range(counts),
      target: "1 (1–1)",
    },
    { what: "looks that ended with “not yet”", figure: vainLooks, target: "0" },
    { what: "deployments out of order", figure: outOfOrder, target: "0" },
    { what: "hand-offs", figure: deployments / seconds, unit: "/s" },
  ];
}
