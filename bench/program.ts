import { DeployQueue } from "../src/queue/deployQueue.js";
import type { BenchServer } from "./server.js";
import type { BenchOptions, Figure } from "./support.js";

/**
 * A thousand runs of one program in one cell (quickly: 300), all over its one connection: how long until the last one has ended, and
 * whether any of them met a time-out or passed another.
 */
export async function program(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const deployments = thorough ? 1_000 : 300;
  const request = { environment: "dev", cloudProvider: "bench", region: "program", cellIndex: 0, component: "api" };
  const queue = await DeployQueue.connect({ url: server.url });
  const started: number[] = [];
  let outages = 0;
  const began = performance.now();
  const runs = Array.from({ length: deployments }, () =>
    queue.run(request, async ({ id }) => void started.push(id), {
      onEvent: ({ event }) => {
        if (event === "outage") outages += 1;
      },
    }),
  );
  await Promise.all(runs);
  const seconds = (performance.now() - began) / 1000;
  await queue.close();

  const outOfOrder = started.filter((id, place) => id < (started[place - 1] ?? 0)).length;
  return [
    {
      what: `${deployments} runs in one cell, from the first call to the last end`,
      figure: seconds,
      unit: "s",
      target: "< 60",
    },
    { what: "statements without an answer in time", figure: outages, target: "0" },
    { what: "deployments out of order", figure: outOfOrder, target: "0" },
  ];
}
