-- Moves what preview_adoption has read into the tables of the queue, with the events it would have left and the usual
-- durations. Called by adopt; the triggers, a row at a time, would take minutes for a million deployments.
create or replace function pg_temp._adopt_history() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key_of_cells text := (
    select pg_get_constraintdef(pg_constraint.oid)
    from pg_constraint
    where pg_constraint.conrelid = 'deploy_queue.deployments'::regclass
      and pg_constraint.conname = 'a_deployment_is_in_its_cell'
  );
  v_indexes text[] := pg_temp._drop_indexes('deploy_queue.deployments')
    || pg_temp._drop_indexes('deploy_queue.deployment_events');
  v_index text;
  v_is_late constant text := 'recorded after the fact';
  v_detail constant jsonb := '{"after_the_fact": true}';
  v_count bigint;
begin
  insert into deploy_queue.environments (environment, buffer_time, is_adopted)
  select environments.environment, environments.buffer_time, true from public.environments
  on conflict on constraint environments_pkey do update set buffer_time = excluded.buffer_time;

  insert into deploy_queue.components (component, is_adopted)
  select distinct adopted.component, true from pg_temp.adopted_deployments as adopted
  on conflict on constraint components_pkey do nothing;

  insert into deploy_queue.cells (environment, cloud_provider, region, cell_index, is_adopted)
  select distinct adopted.environment, adopted.cloud_provider, adopted.region, adopted.cell_index, true
  from pg_temp.adopted_deployments as adopted
  order by 1, 2, 3, 4
  on conflict on constraint a_cell_exists_once do nothing;

  -- The end of this function checks the constraint once for all rows.
  alter table deploy_queue.deployments disable trigger user, drop constraint a_deployment_is_in_its_cell;
  execute (
    select format(
      'insert into deploy_queue.deployments (cell_id, via_old_names, %s) overriding system value
      select cells.id, adopted.finish_timestamp is null and adopted.cancellation_timestamp is null, %s
      from pg_temp.adopted_deployments as adopted
      join deploy_queue.cells using (environment, cloud_provider, region, cell_index)
      order by adopted.id',
      string_agg(format('%I', known.name), ', '), string_agg(format('adopted.%I', known.name), ', ')
    )
    from unnest(pg_temp._adopted_columns()) as known (name)
  );
  update deploy_queue.deployments
  set alive_until = deployments.heartbeat_timestamp + deploy_queue._lease(deployments.environment, deployments.component),
    kept = true
  where deployments.heartbeat_timestamp is not null
    and deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null;
  execute format(
    'alter table deploy_queue.deployments enable trigger user, add constraint a_deployment_is_in_its_cell %s', v_key_of_cells
  );

  raise notice 'moved them, and checked each';

  perform setval('deploy_queue.deployments_id_seq', max(deployments.id)) from deploy_queue.deployments having count(*) > 0;

  -- The deployments were checked, and these events say nothing else.
  alter table deploy_queue.deployment_events disable trigger user;
  insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, actor, reason, detail,
    principal, application_name, client_address, client_port)
  select adopted.id, event.occurred_at, event.kind, event.from_state, event.to_state, 'the predecessor', event.reason,
    case when event.reason = v_is_late then v_detail end,
    caller.principal, caller.application_name, caller.client_address, caller.client_port
  from pg_temp.adopted_deployments as adopted
  -- The defaults would ask for each row who calls.
  cross join (
    select deploy_queue._principal() as principal, nullif(current_setting('application_name'), '') as application_name,
      inet_client_addr() as client_address, inet_client_port() as client_port
    offset 0
  ) as caller
  cross join lateral (
    values
      (adopted.created_at, 'enqueued', null::deploy_queue.deployment_status, 'queued'::deploy_queue.deployment_status,
        case when num_nonnulls(adopted.finish_timestamp, adopted.cancellation_timestamp) > 0 then v_is_late end),
      (adopted.start_timestamp, 'started', 'queued', 'running', null),
      (adopted.finish_timestamp, 'finished', 'running', 'finished', null),
      (adopted.cancellation_timestamp, 'cancelled',
        case when adopted.start_timestamp is null then 'queued' else 'running' end::deploy_queue.deployment_status,
        'cancelled', adopted.cancellation_note)
  ) as event (occurred_at, kind, from_state, to_state, reason)
  where event.occurred_at is not null
  order by adopted.id, event.occurred_at, event.kind = 'enqueued' desc, event.kind = 'started' desc;

  get diagnostics v_count = row_count;
  alter table deploy_queue.deployment_events enable trigger user;
  raise notice 'recorded % events', v_count;

  foreach v_index in array v_indexes loop
    execute v_index;
  end loop;
  raise notice 'built % indexes', cardinality(v_indexes);
  -- Without it, PostgreSQL would plan for empty tables until its next automatic ANALYZE.
  analyze deploy_queue.cells, deploy_queue.deployments, deploy_queue.deployment_events;

  perform deploy_queue._measure(kind.cell_id, kind.component)
  from (select distinct deployments.cell_id, deployments.component from deploy_queue.deployments) as kind;
  raise notice 'measured usual durations';
end;
$$;
