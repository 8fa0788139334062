import type postgres from "postgres";

/** What the predecessor leaves behind after its last migration: tables, views and functions in the schema public. */
export async function createPredecessor(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    -- The role of the tests is called like the schema of the queue.
    do $$ begin execute format('alter role current_user in database %I set search_path = public', current_database()); end $$;

    create table public._sqlx_migrations (version bigint primary key, success boolean not null);
    insert into public._sqlx_migrations select number, true from generate_series(1, 8) as number;

    create table public.environments (
      environment varchar(50) primary key check (environment in ('dev', 'prod')),
      buffer_time interval not null
    );
    insert into public.environments values ('dev', '0'), ('prod', '7 minutes');

    create table public.deployments (
      id bigserial primary key,
      region varchar(100) not null,
      environment varchar(50) not null references public.environments,
      component varchar(200) not null,
      version varchar(100),
      url text,
      note text,
      concurrency_key varchar(100),
      start_timestamp timestamptz,
      finish_timestamp timestamptz,
      cancellation_timestamp timestamptz,
      cancellation_note text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      cloud_provider varchar(100) not null,
      cell_index integer not null,
      heartbeat_timestamp timestamptz
    );

    create type public.deployment_status as enum ('pending', 'queued', 'running', 'buffering', 'finished', 'cancelled');
    create function public.get_deployment_status(timestamptz, timestamptz, timestamptz, interval)
    returns public.deployment_status language sql stable as $$
      select case
        when $3 is not null then 'cancelled'
        when $2 > now() - $4 then 'buffering'
        when $2 is not null then 'finished'
        when $1 is not null then 'running'
        else 'queued'
      end::public.deployment_status
    $$;

    create materialized view public.cells as
      select distinct environment, cloud_provider, region, cell_index from public.deployments;
    create materialized view public.deployment_duration_analytics as
      select environment, cloud_provider, region, cell_index, component, count(*) as deployment_count,
        avg(finish_timestamp - start_timestamp) as avg_duration,
        stddev(extract(epoch from finish_timestamp - start_timestamp)) * interval '1 second' as stddev_duration
      from public.deployments where finish_timestamp is not null
      group by 1, 2, 3, 4, 5;
    create view public.prod_latest_deployments as
      select environment, cloud_provider, region, cell_index, component, version,
        'pending'::public.deployment_status as component_status, url as job_url, created_at
      from public.deployments;
    create view public.prod_current_deployments as
      select environment, cloud_provider, region, cell_index, component, id as deployment_id, version,
        public.get_deployment_status(start_timestamp, null, null, null) as current_status, url, start_timestamp,
        finish_timestamp, cancellation_timestamp, created_at, now() - start_timestamp as current_duration,
        interval '0' as avg_duration, interval '0' as outlier_duration
      from public.deployments;
    create view public.prod_finished_deployments as
      select environment, cloud_provider, region, cell_index, component, id as deployment_id, version,
        'finished'::public.deployment_status as current_status, url, start_timestamp, finish_timestamp, created_at
      from public.deployments;
  `);
}
