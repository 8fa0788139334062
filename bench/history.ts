import type { Queue } from "../src/queue/queue.js";
import { plainTableCycle } from "./plainTable.js";
import { seedHistory } from "./seed.js";
import { type BenchServer, withDatabase, withSchema } from "./server.js";
import { type BenchOptions, type Figure, inTurns, measured, percentile } from "./support.js";

const cells = 600;
/** Each cell once to warm up: pages that were not read since history was written are read then, and written whole to the log. */
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
    const taken = await walk(sizes);
    const figures: Figure[] = [];
    for (const [index, { rows, server }] of sizes.entries()) {
      const measure = (step: keyof Steps, share: number): Pick<Figure, "figure" | "beside" | "unit"> => ({
        figure: percentileOf(step, share, taken[index]),
        ...(index === 0 ? {} : { beside: percentileOf(step, share, taken[0]) }),
        unit: "ms",
      });
      const target = rows === 1_000_000 ? "≤ 1.2 ×" : "";
      const how = `with ${rows.toLocaleString("en")} rows`;
      for (const step of steps) {
        figures.push({ what: `${step} ${how}, p50`, ...measure(step, 0.5), target });
        figures.push({ what: `${step} ${how}, p99`, ...measure(step, 0.99) });
      }
      figures.push({
        what: `cycle ${how}, p50, beside a plain table with materialised views`,
        ...measure("cycle", 0.5),
        beside: await plainTableCycle(server),
      });
    }
    return figures;
  });
}

function percentileOf(step: keyof Steps, share: number, cycles: readonly Steps[] = []): number {
  const milliseconds = cycles.map((cycle) => cycle[step]);
  return percentile(milliseconds, share);
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

/** Deployments in the cells of each history in turns, as a client sees them. */
async function walk(sizes: readonly Size[]): Promise<Steps[][]> {
  const queues = sizes.map(({ server }) => server.openQueue());
  const cycles = queues.map((queue) => {
    queue.database.connection.prepareStatements();
    let walked = 0;
    return measured(() => {
      walked += 1;
      return cycle(queue, walked % cells);
    });
  });
  await inTurns(cycles, rounds);
  await Promise.all(queues.map(({ database }) => database.close()));
  return cycles.map(({ samples }) => samples);
}

/** Milliseconds of each step. */
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
