import type { Queue } from "../src/queue/queue.js";
import { plainTableCycle } from "./plainTable.js";
import { seedHistory } from "./seed.js";
import { type BenchServer, withDatabase, withSchema } from "./server.js";
import {
  type BenchOptions,
  compared,
  type Figure,
  inTurns,
  measured,
  percentile,
  type Rounds,
  timed,
} from "./support.js";

const cells = 600;
/** Each cell once to warm up: pages that were not read since history was written are read then, and written whole to the log. */
const thoroughRounds = { warmUps: cells, counted: 2 * cells };
/** The same with a tenth of the cells. */
const quickRounds = { warmUps: cells / 10, counted: cells / 5, milliseconds: 10_000 };
const steps = ["enqueue", "start", "finish", "cycle"] as const;
type Steps = Readonly<Record<(typeof steps)[number], number>>;

/** So many finished deployments in a database of their own. */
interface Size {
  readonly rows: number;
  readonly server: BenchServer;
}

/** What a deployment costs with more and more history behind it, beside the same with 10,000 rows and the plain-table way. */
export async function history({ url }: BenchServer, { large, thorough }: BenchOptions): Promise<Figure[]> {
  const rows = [10_000, 100_000, ...(thorough ? [1_000_000] : []), ...(large ? [10_000_000] : [])];
  return withSizes(url, rows, async (sizes) => {
    const taken = await walk(sizes, thorough ? thoroughRounds : quickRounds);
    const figures: Figure[] = [];
    for (const [index, { rows, server }] of sizes.entries()) {
      const how = `with ${rows.toLocaleString("en")} rows`;
      for (const step of steps) {
        const [ours, least] = [millisecondsOf(step, taken[index]), millisecondsOf(step, taken[0])];
        figures.push(
          index === 0
            ? timed(`${step} ${how}`, ours)
            : compared(`${step} ${how}, beside 10,000`, ours, least, "≤ 1.2 ×"),
        );
      }
      const figure = percentile(millisecondsOf("cycle", taken[index]), 0.5);
      const beside = await plainTableCycle(server);
      figures.push({ what: `cycle ${how}, beside a plain table with materialised views`, figure, beside, unit: "ms" });
    }
    return figures;
  });
}

function millisecondsOf(step: keyof Steps, cycles: readonly Steps[] = []): number[] {
  return cycles.map((cycle) => cycle[step]);
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
async function walk(sizes: readonly Size[], rounds: Rounds): Promise<Steps[][]> {
  const queues = sizes.map(({ server }) => server.openQueue());
  const cycles = queues.map((queue) => {
    queue.database.connection.prepareStatements();
    let walked = 0;
    return measured(() => {
      walked += 1;
      return cycle(queue, walked % rounds.warmUps);
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
