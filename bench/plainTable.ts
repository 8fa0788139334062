import { settle } from "./seed.js";
import type { BenchServer } from "./server.js";
import { inTurns, measured, percentile } from "./support.js";

const rounds = { warmUps: 2, counted: 15, milliseconds: 3_000 };

/**
 * The plain-table way: the same rows in a table with the indexes one thinks of, what boards show in materialised views that
 * triggers refresh. Returns the median milliseconds of a cycle: INSERT, the query for blockers, UPDATE, UPDATE.
 */
export async function plainTableCycle({ sql }: BenchServer): Promise<number> {
  await sql.unsafe(plainTable);
  await settle({ sql }, "plain.deployments");
  let walked = 0;
  const cycles = measured(async () => {
    walked += 1;
    const region = `region-${walked}`;
    const began = performance.now();
    const [row] = await sql<{ id: string }[]>`
      insert into plain.deployments (environment, cloud_provider, region, cell_index, component)
      values ('history', 'aws', ${region}, 1, 'component-1') returning id`;
    const id = row?.id ?? 0;
    await sql`
      select id from plain.deployments
      where cloud_provider = 'aws' and region = ${region} and cell_index = 1 and environment = 'history'
        and id < ${id} and cancellation_timestamp is null
        and (finish_timestamp is null or finish_timestamp > now() - interval '10 minutes')`;
    await sql`update plain.deployments set start_timestamp = now() where id = ${id}`;
    await sql`update plain.deployments set finish_timestamp = now() where id = ${id}`;
    return performance.now() - began;
  });
  await inTurns([cycles], rounds);
  await sql.unsafe("drop schema plain cascade");
  return percentile(cycles.samples, 0.5);
}

const plainTable = `
  create schema plain;
  create table plain.deployments (
    id bigserial primary key, environment text not null, cloud_provider text not null, region text not null,
    cell_index integer not null, component text not null, version text, url text, created_at timestamptz default now(),
    start_timestamp timestamptz, finish_timestamp timestamptz, cancellation_timestamp timestamptz
  );
  insert into plain.deployments (environment, cloud_provider, region, cell_index, component, version, url, created_at,
    start_timestamp, finish_timestamp, cancellation_timestamp)
  select environment, cloud_provider, region, cell_index, component, version, url, created_at,
    start_timestamp, finish_timestamp, cancellation_timestamp
  from deploy_queue.deployments;
  create index on plain.deployments (cloud_provider, region, cell_index);
  create index on plain.deployments (region, component);
  create index on plain.deployments (finish_timestamp);
  create index on plain.deployments (cancellation_timestamp);
  create materialized view plain.cells as
    select distinct environment, cloud_provider, region, cell_index from plain.deployments;
  create materialized view plain.durations as
    select environment, cloud_provider, region, cell_index, component, count(*),
      avg(duration), stddev(extract(epoch from duration))
    from (
      select *, finish_timestamp - start_timestamp as duration,
        row_number() over (partition by environment, cloud_provider, region, cell_index, component
          order by finish_timestamp desc) as age
      from plain.deployments
      where finish_timestamp > now() - interval '3 months'
    ) as recent
    where age <= 100
    group by 1, 2, 3, 4, 5;
  create function plain.refresh() returns trigger language plpgsql as $$
  begin
    execute 'refresh materialized view plain.' || tg_argv[0];
    return null;
  end $$;
  create trigger refresh_cells after insert on plain.deployments
    for each statement execute function plain.refresh('cells');
  create trigger refresh_durations after update of finish_timestamp on plain.deployments
    for each statement execute function plain.refresh('durations')`;
