import { createPredecessor } from "../tests/support/predecessor.js";
import type { BenchServer } from "./server.js";
import { type BenchOptions, type Figure, time } from "./support.js";

const scope = { withRunning: false, withWaiting: false };

/** Taking a million deployments of the predecessor over (quickly: 100,000), beside copying its table. */
export async function adopt({ sql, openQueue }: BenchServer, { thorough }: BenchOptions): Promise<Figure[]> {
  const rows = thorough ? 1_000_000 : 100_000;
  const queue = openQueue();
  await createPredecessor(sql);
  await sql.unsafe(predecessorHistory(rows));
  await sql`vacuum analyze public.deployments`;

  const copying = await time(() => sql.unsafe("create table public.copied as select * from public.deployments"));
  const looking = await time(() => queue.adoption.preview(scope));
  const adopting = await time(() => queue.adoption.adopt(scope));
  await queue.database.close();
  return [
    {
      what: `adopt ${rows.toLocaleString("en")}, beside copying the table`,
      figure: adopting / 1000,
      beside: copying / 1000,
      unit: "s",
      ...(thorough ? { target: "≤ 60 s" } : {}),
    },
    { what: "adopt --dry-run", figure: looking / 1000, unit: "s" },
  ];
}

const predecessorHistory = (rows: number): string => `
  insert into public.deployments (environment, cloud_provider, region, cell_index, component, version, url, note,
    created_at, start_timestamp, finish_timestamp)
  select 'prod', 'aws', 'region-' || number % 60, number / 60 % 10, 'component-' || number % 7, 'v' || number,
    'https://github.com/org/repository/actions/runs/' || number || '/job/' || number, 'deployed by hand',
    moment, moment + interval '1 minute', moment + interval '5 minutes'
  from generate_series(1, ${rows}) as number
  cross join lateral (select now() - (${rows} + 600 - number) * interval '30 seconds' as moment) as created;
  create index on public.deployments (region);
  create index on public.deployments (region, component);
  create index on public.deployments (finish_timestamp);
  create index on public.deployments (cancellation_timestamp);
  create index on public.deployments (cloud_provider, region, cell_index);
  refresh materialized view public.cells;
  refresh materialized view public.deployment_duration_analytics`;
