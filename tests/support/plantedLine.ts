import { beforeAll } from "vitest";
import type { TestDatabase } from "./database.js";

/** A deployment in a line, as it is written in a table of scenarios: "running five 3m key x". */
export interface Member {
  readonly state: "queued" | "running" | "buffering";
  readonly component: string;
  /** Minutes since it started, or since it finished when it is buffering. */
  readonly minutes: number;
  readonly key: string | null;
}

export interface PlantedLine {
  readonly cellId: number;
  readonly environment: string;
  readonly region: string;
  /** In the order of the members. */
  readonly ids: readonly number[];
}

export interface Planter {
  /** Puts a line into a new cell, in the order of the members, without asking the rules. */
  plant(environment: string, members: readonly Member[]): Promise<PlantedLine>;
}

export function parseMember(text: string): Member {
  const [, state, component = "", minutes = "0", key = null] =
    /^(queued|running|buffering) (\w+)(?: (\d+)m)?(?: key (\w+))?$/.exec(text) ?? [];
  if (state !== "queued" && state !== "running" && state !== "buffering") {
    throw new Error(`no member is described by "${text}"`);
  }
  return { state, component, minutes: Number(minutes), key };
}

/**
 * Lines as a test describes them, at a moment that stands still. In every cell the components called in usualMinutes
 * have taken that long so far; others have no history.
 */
export function usePlantedLines(database: TestDatabase, usualMinutes: Readonly<Record<string, number>>): Planter {
  const sql = database.connect();
  let lines = 0;
  beforeAll(async () => {
    await sql.unsafe(`
      create or replace function deploy_queue._now() returns timestamptz language sql stable
      return timestamptz '2030-01-01 12:00:00Z';
      set session_replication_role = replica;`);
  });
  return {
    async plant(environment, members) {
      const region = `planted-${lines++}`;
      const [cell = { id: 0 }] = await sql<{ id: number }[]>`
        insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
        values (${environment}, 'aws', ${region}, 0) returning id`;
      await sql`
        insert into deploy_queue.deployment_durations
          (cell_id, component, seconds, deployment_count, avg_duration, first_finish_timestamp, last_finish_timestamp)
        select ${cell.id}, key, array_fill(value::integer * 60, array[3]), 3, value::integer * interval '1 minute',
          deploy_queue._now(), deploy_queue._now()
        from jsonb_each_text(${JSON.stringify(usualMinutes)}::text::jsonb)`;
      const rows = await sql<{ id: number }[]>`
        insert into deploy_queue.deployments (id, environment, cloud_provider, region, cell_index, cell_id, component,
          concurrency_key, created_at, updated_at, start_timestamp, finish_timestamp, heartbeat_timestamp, alive_until)
        overriding system value select nextval('deploy_queue.deployments_id_seq'), ${environment}, 'aws', ${region}, 0, ${cell.id},
          member.component, member.key, ago.moment, ago.moment,
          case when member.state <> 'queued' then ago.moment end,
          case when member.state = 'buffering' then ago.moment end,
          -- A waiter keeps it, so that it is not idle.
          case when member.state = 'queued' then deploy_queue._now() end,
          case when member.state = 'queued' then deploy_queue._now() + interval '15 minutes' end
        from rows from (
          jsonb_to_recordset(${JSON.stringify(members)}::text::jsonb)
            as (state text, component text, minutes integer, key text)
        ) with ordinality as member (state, component, minutes, key, place)
        cross join lateral (select deploy_queue._now() - member.minutes * interval '1 minute') as ago (moment)
        order by member.place
        returning id`;
      return { cellId: cell.id, environment, region, ids: rows.map(({ id }) => id) };
    },
  };
}
