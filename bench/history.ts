import type { Queue } from "../src/queue/queue.js";
import { plainTableCycle } from "./plainTable.js";
import { seedHistory } from "./seed.js";
import { type BenchServer, withDatabase, withSchema } from "./server.js";
import { type BenchOptions, type Figure, inTurns, measured, percentile } from "./support.js";

const cells = 600;
/** Each cell once to warm up: what nobody has read since history was written is read then, and written whole to the log. */
const rounds = { warmUps: cells, counted: 2 * cells };
const steps = ["enqueue", "start", "finish", "cycle"] as const;
type Steps = Readonly<Record<(typeof steps)[number], number>>;

/** So many finished deployments in a database of their own. */
interface Size {
  readonly rows: number;
  readonly server: BenchServer;
}

/** What a deployment costs with more and more history behind it, beside the same with 10,000 rows and the plain-table way. */
export async function history({ url }: BenchServer, { large }: BenchOptions): Promise<Figure[]> {
  const rows = [10_000, 100_000, 1_000_000, ...(large ? [10_000_000] : [])];
  return withSizes(url, rows, async (sizes) => {
    const medians = await mediansOfSteps(sizes);
    const figures: Figure[] = [];
    for (const [index, { rows, server }] of sizes.entries()) {
      const [least, own] = [medians[0], medians[index]];
      if (least === undefined || own === undefined) continue;
      for (const step of steps) {
        figures.push({
          what: `${step} with ${rows.toLocaleString("en")} rows, p50`,
          figure: own[step],
          ...(index === 0 ? {} : { beside: least[step] }),
          unit: "ms",
          target: rows === 1_000_000 ? "≤ 1.2 ×" : "",
        });
      }
      figures.push({
        what: `cycle with ${rows.toLocaleString("en")} rows, p50, beside a plain table with materialised views`,
        figure: own.cycle,
        beside: await plainTableCycle(server),
        unit: "ms",
      });
    }
    return figures;
  });
}

async function withSizes<Result>(
  url: string,
  [rows, ...others]: readonly number[],
  act: (sizes: readonly Size[]) => Promise<Result>,
): Promise<Result> {
  if (rows === undefined) {
    return act([]);
  }
  return withDatabase(url, `history_${rows}`, (own) =>
    withSchema(own, async (server) => {
      await seedHistory(server, { rows, cells });
      return withSizes(url, others, (larger) => act([{ rows, server }, ...larger]));
    }),
  );
}

/** Median milliseconds of each step, as a client sees it, in the cells of each history in turns. */
async function mediansOfSteps(sizes: readonly Size[]): Promise<Steps[]> {
  const queues = sizes.map(({ server }) => server.openQueue());
  const cycles = queues.map((queue) => {
    queue.database.prepareStatements();
    let walked = 0;
    return measured(() => {
      walked += 1;
      return cycle(queue, walked % cells);
    });
  });
  await inTurns(cycles, rounds);
  await Promise.all(queues.map(({ database }) => database.close()));
  return cycles.map(({ samples }) => {
    const median = (step: keyof Steps): number => {
      const taken = samples.map((sample) => sample[step]);
      return percentile(taken, 0.5);
    };
    return { enqueue: median("enqueue"), start: median("start"), finish: median("finish"), cycle: median("cycle") };
  });
}

async function cycle(queue: Queue, cell: number): Promise<Steps> {
  const region = `region-${Math.floor(cell / 10)}`;
  const location = { environment: "history", cloudProvider: "aws", region, cellIndex: cell % 10 };
  const began = performance.now();
  const { id } = await queue.enqueue({ ...location, component: `component-${cell % 5}` });
  const entered = performance.now();
  await queue.tryStart(id);
  const started = performance.now();
  await queue.finish(id);
  const finished = performance.now();
  return { enqueue: entered - began, start: started - entered, finish: finished - started, cycle: finished - began };
}
