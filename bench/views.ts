import { seedHistory } from "./seed.js";
import { type BenchServer, type Figure, percentile } from "./support.js";

const rounds = 15;
const cells = 600;
const running = 200;
const queued = 2_000;

/** What boards read, and in how many milliseconds of the server; the predecessor's figure where it is known. */
const reads: readonly (readonly [what: string, from: string, target: string, predecessor?: number])[] = [
  ["current_deployments", "current_deployments", "≤ 50 ms", 1_034],
  ["queue", "queue", "≤ 50 ms"],
  ["outliers", "outliers", "≤ 50 ms"],
  ["latest_deployments", "latest_deployments", "≤ 150 ms"],
  [
    "finished_deployments, 24 h",
    "finished_deployments where finish_timestamp > now() - interval '24 hours'",
    "≤ 20 ms",
  ],
  ["stuck_deployments", "stuck_deployments", ""],
  ["deployment_duration_analytics", "deployment_duration_analytics", ""],
  ["cell_timeline, 24 h", "cell_timeline where held_from > now() - interval '24 hours'", ""],
  ["deployment_frequency", "deployment_frequency", ""],
  ["lead_time", "lead_time", ""],
  ["wait_time", "wait_time", ""],
  ["cancellation_rate", "cancellation_rate", ""],
];

/** Every view that boards read, warm, with a million finished deployments in 600 cells, 200 running and 2,000 queued. */
export async function views(server: BenchServer): Promise<Figure[]> {
  const { sql } = server;
  await seedHistory(server, { environment: "prod", cells, rows: 1_000_000 });
  await sql.unsafe("update deploy_queue.environments set buffer_time = '0' where environment = 'prod'");
  for (let number = 0; number < running + queued; number += 1) {
    const cell = number % cells;
    const [row] = await sql<{ id: string }[]>`
      select id from deploy_queue.enqueue('prod', 'aws', ${`region-${Math.floor(cell / 10)}`}, ${cell % 10},
        ${`component-${number % 5}`}, ${`v${1_000_000 + number}`})`;
    if (number < running) {
      await sql`select deploy_queue.try_start(${row?.id ?? 0})`;
    }
  }
  await sql.unsafe("analyze deploy_queue.deployments");

  const figures: Figure[] = [];
  for (const [what, from, target, predecessor] of reads) {
    const samples: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const plan = await sql.unsafe<{ "QUERY PLAN": string }[]>(
        `explain (analyze, timing off, summary on) select * from deploy_queue.${from}`,
      );
      samples.push(plan.reduce((total, row) => total + millisecondsIn(row["QUERY PLAN"]), 0));
    }
    const [{ count = 0 } = {}] = await sql.unsafe<{ count: number }[]>(
      `select count(*)::integer as count from deploy_queue.${from}`,
    );
    figures.push({
      what: `${what} (${count} rows)${predecessor === undefined ? "" : ", beside the predecessor"}`,
      figure: percentile(samples, 0.5),
      beside: predecessor,
      unit: "ms",
      target,
    });
  }
  return figures;
}

/** Of the lines that sum a plan up: "Planning Time: 1.234 ms", "Execution Time: 5.678 ms". */
function millisecondsIn(line: string): number {
  return Number(/^(?:Planning|Execution) Time: ([\d.]+) ms$/.exec(line)?.[1] ?? 0);
}
