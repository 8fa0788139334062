import { plainTableCycle } from "./plainTable.js";
import { seedHistory } from "./seed.js";
import type { BenchServer } from "./server.js";
import { type BenchOptions, type Figure, percentile } from "./support.js";

const rounds = 400;
const steps = ["enqueue", "start", "finish", "cycle"] as const;
type Cycles = Readonly<Record<(typeof steps)[number], number>>;

/** What a deployment costs with more and more history behind it, beside the same with 10,000 rows and the plain-table way. */
export async function history(server: BenchServer, { large }: BenchOptions): Promise<Figure[]> {
  const sizes = [10_000, 100_000, 1_000_000, ...(large ? [10_000_000] : [])];
  const figures: Figure[] = [];
  let least: Cycles | undefined;
  for (const rows of sizes) {
    await seedHistory(server, { rows, cells: 600 });
    const measured = await cycles(server);
    least ??= measured;
    for (const step of steps) {
      figures.push({
        what: `${step} with ${rows.toLocaleString("en")} rows, p50`,
        figure: measured[step],
        ...(rows === sizes[0] ? {} : { beside: least[step] }),
        unit: "ms",
        target: rows === 1_000_000 ? "≤ 1.2 ×" : "",
      });
    }
    figures.push({
      what: `cycle with ${rows.toLocaleString("en")} rows, p50, beside a plain table with materialised views`,
      figure: measured.cycle,
      beside: await plainTableCycle(server),
      unit: "ms",
    });
  }
  return figures;
}

/** Median milliseconds of each step, as a client sees it, in cells that have that history. */
async function cycles(server: BenchServer): Promise<Cycles> {
  const queue = server.openQueue();
  queue.database.prepareStatements();
  const samples: Record<(typeof steps)[number], number[]> = { enqueue: [], start: [], finish: [], cycle: [] };
  for (let round = -50; round < rounds; round += 1) {
    const cell = (round + 50) % 600;
    const location = { environment: "history", cloudProvider: "aws", region: `region-${Math.floor(cell / 10)}` };
    const moments = [performance.now()];
    const { id } = await queue.enqueue({ ...location, cellIndex: cell % 10, component: `component-${cell % 5}` });
    moments.push(performance.now());
    await queue.tryStart(id);
    moments.push(performance.now());
    await queue.finish(id);
    moments.push(performance.now());
    // The first ones warm up.
    if (round >= 0) {
      const [began = 0, entered = 0, started = 0, finished = 0] = moments;
      samples.enqueue.push(entered - began);
      samples.start.push(started - entered);
      samples.finish.push(finished - started);
      samples.cycle.push(finished - began);
    }
  }
  await queue.database.close();
  return {
    enqueue: percentile(samples.enqueue, 0.5),
    start: percentile(samples.start, 0.5),
    finish: percentile(samples.finish, 0.5),
    cycle: percentile(samples.cycle, 0.5),
  };
}
