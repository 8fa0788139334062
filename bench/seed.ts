import type { BenchServer } from "./server.js";

export interface History {
  /** How many finished deployments there are to be, those that are there already included. */
  readonly rows: number;
  readonly cells: number;
  /** One of their own, "history", by default. */
  readonly environment?: string;
  /** Such as "1 day": how long ago the newest of them finished. */
  readonly endedAgo?: string;
}

const components = 5;

/**
 * Fills an environment of its own with finished deployments and their events, one every five hours in each cell, as years of use
 * would leave them. Triggers are off meanwhile, what they keep is made up for.
 */
export async function seedHistory(
  { sql }: BenchServer,
  { rows, cells, environment = "history", endedAgo = "1 minute" }: History,
): Promise<void> {
  await sql.unsafe(`
    insert into deploy_queue.environments (environment) values ('${environment}') on conflict do nothing;

    insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
    select '${environment}', 'aws', 'region-' || number / 10, number % 10 from generate_series(0, ${cells - 1}) as number
    on conflict do nothing;
  `);
  await withoutTriggers(
    { sql },
    `with target as (
      select array_agg(cells.id order by cells.id) as ids from deploy_queue.cells where cells.environment = '${environment}'
    ), finished as (
      insert into deploy_queue.deployments (id, cell_id, environment, cloud_provider, region, cell_index, component,
        version, url, created_at, start_timestamp, finish_timestamp, updated_at)
      overriding system value select nextval('deploy_queue.deployments_id_seq'), cells.id, cells.environment, cells.cloud_provider, cells.region,
        cells.cell_index, 'component-' || place.number / ${cells} % ${components}, 'v' || place.number,
        'https://example.com/runs/' || place.number, moment.start - interval '1 minute', moment.start,
        moment.start + interval '30 seconds' + place.number % 17 * interval '1 second', moment.start
      from (
        select number, 1 + number % ${cells} as cell
        from generate_series((select count(*) from deploy_queue.deployments where environment = '${environment}'), ${rows - 1})
          as number
      ) as place
      cross join target
      join deploy_queue.cells on cells.id = target.ids[place.cell]
      cross join lateral (
        select now() - interval '${endedAgo}' - (${rows} - place.number) / ${cells} * interval '5 hours' as start
      ) as moment
      returning id, created_at, start_timestamp, finish_timestamp
    )
    insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, actor)
    select finished.id, event.moment, event.kind, event.from_state::deploy_queue.deployment_status,
      event.to_state::deploy_queue.deployment_status, 'bench'
    from finished
    cross join lateral (
      values (created_at, 'enqueued', null, 'queued'), (start_timestamp, 'started', 'queued', 'running'),
        (finish_timestamp, 'finished', 'running', 'finished')
    ) as event (moment, kind, from_state, to_state);`,
  );
  await sql.unsafe(`
    select deploy_queue._measure(usual.id, usual.component)
    from (
      select cells.id, 'component-' || number as component
      from deploy_queue.cells, generate_series(0, ${components - 1}) as number
      where cells.environment = '${environment}'
    ) as usual;
  `);
  await settle({ sql }, "deploy_queue.deployments", "deploy_queue.deployment_events");
}

/** Runs statements in one transaction, past what each row would set off. */
export async function withoutTriggers({ sql }: Pick<BenchServer, "sql">, statements: string): Promise<void> {
  const tables = ["deploy_queue.deployments", "deploy_queue.deployment_events"];
  const all = (how: string): string => tables.map((table) => `alter table ${table} ${how} trigger user;`).join("\n");
  await sql.unsafe(`${all("disable")}\n${statements}\n${all("enable")}`);
}

/** What was written is to be clean and on the disk before anything is measured; a role that may not ask for that goes without. */
export async function settle({ sql }: Pick<BenchServer, "sql">, ...tables: readonly string[]): Promise<void> {
  await sql.unsafe(`vacuum analyze ${tables.join(", ")}`);
  await sql.unsafe("checkpoint").catch(() => undefined);
}
