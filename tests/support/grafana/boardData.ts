import type postgres from "postgres";

/** The moment at which the data of the dashboards stands still. */
export const boardTime = new Date("2030-01-02T03:00:00Z");

/**
 * Fills an empty queue with a quarter of a year of deployments that is always the same: finished ones in six cells, a
 * rollout under way, a line behind a slow deployment, one that went silent, some cancelled.
 */
export async function seedBoards(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    set timezone = 'UTC';
    create or replace function deploy_queue._now() returns timestamptz language sql stable
    set search_path = pg_catalog, pg_temp
    as $$ select timestamptz '${boardTime.toISOString()}' $$;
    set session_replication_role = replica;

    insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
    values ('dev', 'aws', 'us-west-2', 0), ('prod', 'aws', 'us-west-2', 0), ('prod', 'aws', 'us-west-2', 1),
      ('prod', 'aws', 'eu-central-1', 0), ('prod', 'azure', 'westus3', 0), ('prod', 'azure', 'westus3', 1);

    create temp table kinds (component, minutes) as
    values ('api', 7), ('web', 4), ('compute', 15), ('storage', 11);

    -- Every component in every cell, every second day, at an hour of its own: a version a week.
    create temp table planned as
    select cells.*, kinds.component, kinds.place,
      'v' || 40 + floor(extract(epoch from planned.created_at - timestamptz '2029-10-01') / 604800) as version,
      planned.created_at,
      make_interval(secs => 20 + (number * 37 + cells.id * 53 + kinds.place * 11) % 400) as waited,
      make_interval(secs => 60 * kinds.minutes * (0.8 + ((number * 7 + cells.id * 3) % 9) / 20.0)) as took,
      (number * 5 + cells.id * 3 + kinds.place) % 17 = 0 as cancelled
    from deploy_queue.cells
    cross join (select *, row_number() over () as place from kinds) as kinds
    cross join generate_series(0, 46) as number
    cross join lateral (
      select timestamptz '2029-10-01 09:00Z' + number * interval '2 days'
        + make_interval(hours => 3 * kinds.place::integer, mins => 35 * cells.id + number * 3) as created_at
    ) as planned
    where planned.created_at < deploy_queue._now() - interval '2 hours';

    insert into deploy_queue.deployments (id, environment, cloud_provider, region, cell_index, cell_id, component, version,
      url, created_at, updated_at, start_timestamp, finish_timestamp, cancellation_timestamp, cancellation_note)
    overriding system value select nextval('deploy_queue.deployments_id_seq'), environment, cloud_provider, region, cell_index, id, component,
      version, 'https://github.com/example/' || component || '/actions/runs/' || 9000 + row_number() over (order by created_at, id),
      created_at, created_at, created_at + waited,
      case when not cancelled then created_at + waited + took end,
      case when cancelled then created_at + waited + took / 3 end,
      case when cancelled then case place when 1 then 'health checks failed' when 2 then 'exit code 1' else 'heartbeats stopped for 15 minutes' end end
    from planned
    order by created_at, id;

    -- This night: component, cell, state, minutes since it entered the line, started, ended, sent a heartbeat.
    insert into deploy_queue.deployments (id, environment, cloud_provider, region, cell_index, cell_id, component, version,
      url, note, created_at, updated_at, start_timestamp, finish_timestamp, heartbeat_timestamp, alive_until)
    overriding system value select nextval('deploy_queue.deployments_id_seq'), cells.environment, cloud_provider, region, cell_index, cells.id,
      live.component, live.version, 'https://github.com/example/' || live.component || '/actions/runs/' || 9900 + live.place,
      live.note, ago.entered, ago.entered, ago.started, ago.finished, ago.beat, ago.beat + interval '15 minutes'
    from (values
      (1, 2, 'api', 'v54', 62, 61, 52, null, null), (2, 3, 'api', 'v54', 50, 49, 41, null, null),
      (3, 2, 'storage', 'v54', 49, 41, null::integer, 0, null), (4, 2, 'web', 'v54', 44, null, null, 0, null),
      (5, 2, 'compute', 'v54', 31, null, null, 0, 'needs storage v54'), (6, 2, 'api', 'v55', 12, null, null, 0, 'hotfix'),
      (7, 3, 'web', 'v54', 15, 14, 6, null, null), (8, 3, 'storage', 'v54', 5, null, null, 0, null),
      (9, 4, 'compute', 'v54', 9, 8, null, 0, null), (10, 5, 'web', 'v54', 27, 26, null, 22, null),
      (11, 5, 'api', 'v54', 20, null, null, 0, null), (12, 1, 'api', 'v55', 4, 4, null, 0, null)
    ) as live (place, cell, component, version, entered, started, finished, beat, note)
    join deploy_queue.cells on cells.id = live.cell
    cross join lateral (
      select deploy_queue._now() - entered * interval '1 minute', deploy_queue._now() - started * interval '1 minute',
        deploy_queue._now() - finished * interval '1 minute', deploy_queue._now() - beat * interval '1 minute'
    ) as ago (entered, started, finished, beat)
    order by live.entered desc, live.place;

    insert into deploy_queue.deployment_logs (deployment_id, position, logged_at, stream, content, size_so_far)
    select running.id, line.place, deploy_queue._now() - line.ago * interval '1 second', line.stream, line.content, 0
    from deploy_queue.deployments as running
    cross join (values
      (1, 75, 'stdout', 'pulling the image'), (2, 40, 'stdout', '3 of 5 instances are replaced'), (3, 12, 'stderr', 'retrying: connection refused')
    ) as line (place, ago, stream, content)
    where running.start_timestamp is not null and running.finish_timestamp is null and running.cancellation_timestamp is null
      and running.component in ('storage', 'compute');

    select deploy_queue._measure(cell_id, component)
    from (select distinct cell_id, component from deploy_queue.deployments where finish_timestamp is not null) as finished;

    update deploy_queue.writes set seen_at = deploy_queue._now();
    insert into deploy_queue.workers values ('worker:1', '0.1.0', deploy_queue._now(), deploy_queue._now() - interval '40 seconds');
    drop table kinds, planned;
    set session_replication_role = origin;`);
}
