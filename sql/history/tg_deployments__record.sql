-- Leaves one event a transition and tells those who follow.
-- Fires for every INSERT into deployments and every UPDATE that may be a transition.
create or replace function deploy_queue.tg_deployments__record() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Where it waited until now, or would have.
  v_waited deploy_queue.deployment_status := case when coalesce(old.hold, new.hold) is null then 'queued' else 'held' end;
  v_waits deploy_queue.deployment_status := case when new.hold is null then 'queued' else 'held' end;
  v_enters boolean := tg_op = 'INSERT';
  v_is_late boolean := v_enters and deploy_queue._has_ended(new);
  v_starts boolean := new.start_timestamp is not null and old.start_timestamp is null;
  v_moves boolean := not v_enters and new.priority <> old.priority;
  v_is_released boolean := not v_enters and old.hold is not null and new.hold is null;
  v_why text := nullif(current_setting('deploy_queue.reason', true), '');
  -- Where it is now; null when this was no transition.
  v_status deploy_queue.deployment_status := case
    when new.cancellation_timestamp is not null then 'cancelled'
    when new.finish_timestamp is not null then (
      select deploy_queue.get_deployment_status(
        new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp, environments.buffer_time
      )
      from deploy_queue.environments
      where environments.environment = new.environment
    )
    when v_starts then 'running'
    when v_enters or v_moves or v_is_released then v_waits
  end;
begin
  insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, reason, detail)
  select new.id, event.occurred_at, event.kind, event.from_state, event.to_state, event.reason, event.detail
  from (
    values
      (v_enters, new.created_at, 'enqueued', null, v_waited,
        case when v_is_late then 'recorded after the fact' when new.hold is not null then new.note end,
        case when v_is_late then jsonb_build_object('after_the_fact', true) end),
      (v_is_released and new.start_timestamp is null, new.updated_at, 'released', v_waited, v_waits, v_why, null),
      (v_moves, new.updated_at, 'prioritized', v_waited, v_waits,
        case when v_moves then concat_ws(': ', format('priority %s, before %s', new.priority, old.priority), v_why) end,
        case when v_moves then jsonb_build_object('priority', new.priority, 'before', old.priority, 'why', v_why) end),
      (v_starts and new.forced, new.updated_at, 'bypassed', null, null,
        case when v_starts and new.forced then deploy_queue._bypass_reason() end, null),
      (v_starts, new.start_timestamp, 'started', v_waited, 'running', null, null),
      (new.finish_timestamp is not null, new.finish_timestamp, 'finished', 'running', v_status, null, null),
      (new.cancellation_timestamp is not null, new.cancellation_timestamp,
        case when current_setting('deploy_queue.reaping', true) = 'on' then 'reaped' else 'cancelled' end,
        case when new.start_timestamp is null then v_waited else 'running' end, v_status, new.cancellation_note, null)
  ) as event (happens, occurred_at, kind, from_state, to_state, reason, detail)
  where event.happens;

  if v_enters and current_setting('deploy_queue.new_cell', true) = new.cell_id::text then
    perform set_config('deploy_queue.new_cell', '', true);
    perform deploy_queue._tell_of_new_cell(new.environment, new.cloud_provider, new.region, new.cell_index);
  end if;

  -- History that is written after the fact moves nothing; and the message is made only for those who hear it.
  if v_status is not null and not v_is_late and deploy_queue._has_followers() then
    perform pg_notify('deploy_queue_transitions', json_build_object(
      'deployment_id', new.id, 'status', v_status, 'environment', new.environment,
      'cloud_provider', new.cloud_provider, 'region', new.region, 'cell_index', new.cell_index
    )::text);
  end if;
  return null;
end;
$$;

-- One for both, so that a session prepares the function once; by columns and without WHEN, which PostgreSQL would read anew for
-- every statement.
create or replace trigger tg_deployments__record
after insert or update of start_timestamp, finish_timestamp, cancellation_timestamp, hold, priority on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__record();
