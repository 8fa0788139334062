import type { Queue } from "../src/queue/queue.js";
import { waitForStart } from "../src/queue/waiting.js";
import { pruneHistory } from "../src/worker/tasks/pruneHistory.js";
import { watchSleep } from "./line.js";
import { seedHistory } from "./seed.js";
import type { BenchServer } from "./server.js";
import { type BenchOptions, compared, type Figure } from "./support.js";

/** What no hand-off should take, in milliseconds. */
const limit = 50;

/** Hand-offs while a million old deployments are removed; quickly: 20,000. */
export async function prune(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  // Idle, so many that the slowest of them says something.
  const [rows, idleRounds] = thorough ? [1_000_000, 3_000] : [20_000, 300];
  await seedHistory(server, { environment: "pruned", rows, cells: 600, endedAgo: "400 days" });
  const idle = await handOffs(server, (rounds) => rounds === idleRounds);

  const remover = server.openQueue();
  await remover.environments.set("pruned", { retention: 86_400 });
  let done = false;
  const silent = (): void => undefined;
  const log = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };
  const began = performance.now();
  const removal = pruneHistory.perform({ queue: remover, log, signal: new AbortController().signal }).finally(() => {
    done = true;
  });
  const busy = await handOffs(server, () => done);
  await removal;
  const seconds = (performance.now() - began) / 1000;
  await remover.database.close();
  const kept = Number((await server.sql`select from deploy_queue.deployments where environment = 'pruned'`).count);

  const over = (samples: readonly number[]): number => samples.filter((sample) => sample > limit).length;
  return [
    compared(`${busy.length} hand-offs while pruning, beside an idle server`, busy, idle, `p99 ≤ ${limit} ms`),
    { what: "the same, slowest", figure: Math.max(...busy), unit: "ms", target: `≤ ${limit} ms` },
    { what: `the same, over ${limit} ms`, figure: over(busy), unit: `of ${busy.length}`, target: "0" },
    { what: `on the idle server, over ${limit} ms`, figure: over(idle), unit: `of ${idle.length}` },
    { what: "deployments removed", figure: (rows - kept) / seconds, unit: "/s" },
  ];
}

/** One deployment after the other, each waiting for the one before it; milliseconds from finish sent to start seen. */
async function handOffs(server: BenchServer, enough: (rounds: number) => boolean): Promise<number[]> {
  const location = { environment: "dev", cloudProvider: "bench", region: "prune", cellIndex: 0, component: "api" };
  const operator = server.openQueue();
  const queues: readonly [Queue, Queue] = [server.openQueue(), server.openQueue()];
  let { id: holder } = await operator.enqueue(location);
  await operator.tryStart(holder);
  const samples: number[] = [];
  for (let round = 0; !enough(round); round += 1) {
    const queue = queues[round % 2 === 0 ? 0 : 1];
    const { id } = await queue.enqueue(location, { heartbeat: true });
    const { onLook, asleep } = watchSleep();
    const started = waitForStart(queue, id, { heartbeat: true, onLook });
    await asleep;
    const began = performance.now();
    await Promise.all([operator.finish(holder), started]);
    samples.push(performance.now() - began);
    holder = id;
  }
  await operator.finish(holder);
  await Promise.all([operator, ...queues].map(({ database }) => database.close()));
  return samples;
}
