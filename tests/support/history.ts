import { randomUUID } from "node:crypto";
import type { TestDatabase } from "./database.js";

export interface History {
  readonly environment: string;
  readonly region: string;
  readonly component?: string;
  /** How long ago each of them ended, such as "3 months"; the durations are those given, such as "10 minutes". */
  readonly endedAgo: string;
  readonly durations: readonly string[];
}

/** Inserts deployments that finished in the past, a second after each other, and returns their ids. */
export async function insertFinished({ sql }: TestDatabase, history: History): Promise<number[]> {
  const { environment, region, component = "api", endedAgo, durations } = history;
  const ids: number[] = [];
  for (const [index, duration] of durations.entries()) {
    const [row] = await sql<{ id: number }[]>`
      insert into deploy_queue.deployments
        (environment, cloud_provider, region, cell_index, component, start_timestamp, finish_timestamp)
      select ${environment}, 'aws', ${region}, 0, ${component}, finish - ${duration}::interval, finish
      -- The offset keeps the clock from being read twice.
      from (
        select deploy_queue._now() - ${endedAgo}::interval + ${index} * interval '1 second' as finish offset 0
      ) as ended
      returning id`;
    if (row !== undefined) ids.push(row.id);
  }
  return ids;
}

/** The id of a deployment that runs, after others of its kind took as long as this. */
export async function runningAfter(database: TestDatabase, ...durations: string[]): Promise<number> {
  const region = `history-${randomUUID()}`;
  await insertFinished(database, { environment: "dev", region, endedAgo: "1 day", durations });
  const { id } = await database.enqueue({ region });
  await database.queue.tryStart(id);
  return id;
}

/** Inserts many finished deployments, of five components in a new region, without the work of the triggers. */
export async function insertBulk({ sql }: TestDatabase, environment: string, region: string, count: number) {
  await sql`
    insert into deploy_queue.cells (environment, cloud_provider, region, cell_index) values (${environment}, 'aws', ${region}, 0)`;
  await sql.unsafe(`
    set session_replication_role = replica;
    with ended as (
      insert into deploy_queue.deployments (id, environment, cloud_provider, region, cell_index, component,
        start_timestamp, finish_timestamp, created_at, updated_at, cell_id)
      overriding system value select nextval('deploy_queue.deployments_id_seq'), cells.environment, 'aws', cells.region, 0,
        'component-' || number % 5, moment, moment + interval '1 minute', moment, moment, cells.id
      from deploy_queue.cells, generate_series(1, ${count}) as number,
        lateral (select timestamptz '2020-01-01' + number * interval '1 minute') as ended (moment)
      where cells.environment = '${environment}' and cells.region = '${region}'
      returning id, created_at
    )
    insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, to_state, actor)
    select id, created_at, 'finished', 'finished', 'ann' from ended;
    set session_replication_role = origin;
  `);
  await sql`analyze deploy_queue.deployments, deploy_queue.deployment_events`;
}
