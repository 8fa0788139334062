import { boardReads } from "./boardReads.js";
import { seedHistory, withoutTriggers } from "./seed.js";
import type { BenchServer } from "./server.js";
import { type BenchOptions, type Figure, inTurns, measured, timed } from "./support.js";

/** As many rounds as fit into these milliseconds, but not fewer, nor more. */
const thoroughRounds = { budget: 15_000, fewest: 15, most: 1_000 };
const quickRounds = { budget: 1_000, fewest: 5, most: 100 };

export const cells = 600;
const running = 200;
const queued = 2_000;
const cancelled = 100;

interface Read {
  readonly what: string;
  readonly sql: string;
  readonly target?: string;
}

const day = "now() - interval '24 hours'";
const all = (view: string, target?: string): Read => ({
  what: view,
  sql: `select * from deploy_queue.${view}`,
  ...(target === undefined ? {} : { target }),
});

export const reads: readonly Read[] = [
  all("current_deployments", "≤ 50 ms"),
  all("queue", "≤ 50 ms"),
  all("outliers", "≤ 50 ms"),
  all("latest_deployments", "≤ 150 ms"),
  {
    what: "finished_deployments, 24 h",
    sql: `select * from deploy_queue.finished_deployments where finish_timestamp > ${day}`,
    target: "≤ 20 ms",
  },
  all("stuck_deployments"),
  all("deployment_duration_analytics"),
  {
    what: "cell_timeline, 24 h",
    sql: `select * from deploy_queue.cell_timeline(${day}, now())`,
    target: "≤ 20 ms",
  },
  {
    what: "weekly_figures, 12 weeks",
    sql: "select * from deploy_queue.weekly_figures(now() - interval '12 weeks', now())",
    target: "≤ 150 ms",
  },
  all("lead_time"),
];

/** What boards read, warm, with finished deployments in 600 cells, 200 running and 2,000 queued. */
export async function views(server: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  await seedHistory(server, { environment: "prod", cells, rows: thorough ? 1_000_000 : 100_000 });
  await seedPresent(server);
  // As the worker does.
  await server.sql.unsafe("select deploy_queue.refresh_weekly_figures(1000)");
  const figures: Figure[] = [];
  for (const read of [...reads, ...boardReads("deployments_with_status")]) {
    figures.push(await measureRead(server, read, thorough ? thoroughRounds : quickRounds));
  }
  return figures;
}

/** What runs and waits, and some that were cancelled. */
export async function seedPresent({ sql }: BenchServer): Promise<void> {
  await sql.unsafe("update deploy_queue.environments set buffer_time = '0' where environment = 'prod'");
  for (let number = 0; number < running + queued + cancelled; number += 1) {
    const cell = number % cells;
    const [row] = await sql<{ id: string }[]>`
      select id from deploy_queue.enqueue('prod', 'aws', ${`region-${Math.floor(cell / 10)}`}, ${cell % 10},
        ${`component-${number % 5}`}, ${`v${1_000_000 + number}`})`;
    const id = row?.id ?? 0;
    if (number < running) {
      await sql`select deploy_queue.try_start(${id})`;
    } else if (number >= running + queued) {
      await sql`select deploy_queue.cancel(${id}, 'no longer needed')`;
    }
  }
  // All of them outliers, from the first round to the last.
  await withoutTriggers(
    { sql },
    `update deploy_queue.deployments
    set created_at = created_at - interval '1 hour', start_timestamp = start_timestamp - interval '1 hour'
    where start_timestamp is not null and finish_timestamp is null and cancellation_timestamp is null;`,
  );
  await sql.unsafe("analyze deploy_queue.deployments");
}

async function measureRead(
  { sql }: BenchServer,
  { what, sql: query, target = "" }: Read,
  { budget, fewest, most }: typeof quickRounds,
): Promise<Figure> {
  const read = measured(() => planAndExecution(sql, query));
  const { count } = await sql.unsafe(query);
  const once = await read.measure();
  const counted = Math.min(most, Math.max(fewest, Math.round(budget / once)));
  await inTurns([read], { warmUps: 2, counted });
  return timed(`${what} (${count.toLocaleString("en")} rows)`, read.samples, target);
}

/** Milliseconds that the server takes for both. */
export async function planAndExecution(sql: BenchServer["sql"], query: string): Promise<number> {
  const plan = await sql.unsafe<{ "QUERY PLAN": string }[]>(`explain (analyze, timing off, summary on) ${query}`);
  return plan.reduce((total, row) => total + millisecondsIn(row["QUERY PLAN"]), 0);
}

/** Of the lines that sum a plan up: "Planning Time: 1.234 ms", "Execution Time: 5.678 ms". */
function millisecondsIn(line: string): number {
  return Number(/^(?:Planning|Execution) Time: ([\d.]+) ms$/.exec(line)?.[1] ?? 0);
}
