-- Leaves one event a transition and tells the boards.
-- Fires for every INSERT into deployments and every UPDATE that is a transition.
create or replace function deploy_queue.tg_deployments__record() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_new boolean := tg_op = 'INSERT';
  v_buffer_time interval := (
    select environments.buffer_time from deploy_queue.environments where environments.environment = new.environment
  );
  v_status deploy_queue.deployment_status := case
    when new.hold is not null and new.cancellation_timestamp is null then 'held'
    else deploy_queue.get_deployment_status(
      new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp, v_buffer_time
    )
  end;
  -- Where it waited until now, or would have.
  v_waited deploy_queue.deployment_status := case
    when coalesce(old.hold, new.hold) is null then 'queued' else 'held'
  end;
  v_why text := nullif(current_setting('deploy_queue.reason', true), '');
begin
  insert into deploy_queue.deployment_events
    (deployment_id, occurred_at, kind, from_state, to_state, actor, application_name, client_address, reason)
  select
    new.id, event.occurred_at, event.kind, event.from_state, event.to_state,
    deploy_queue._actor(), nullif(current_setting('application_name'), ''), inet_client_addr(), event.reason
  from (
    values
      (v_is_new, new.created_at, 'enqueued', null::deploy_queue.deployment_status, v_waited,
        case
          when v_is_new and deploy_queue._has_ended(new) then 'recorded after the fact'
          when new.hold is not null then new.note
        end),
      (new.hold is null and old.hold is not null and new.start_timestamp is null,
        new.updated_at, 'released', 'held', 'queued', v_why),
      (new.priority <> old.priority, new.updated_at, 'prioritized', v_waited, v_status,
        concat_ws(': ', format('priority %s, before %s', new.priority, old.priority), v_why)),
      (new.forced and (v_is_new or not old.forced), new.updated_at, 'bypassed', null, null,
        case when new.forced then deploy_queue._bypass_reason() end),
      (new.start_timestamp is not null and (v_is_new or old.start_timestamp is null),
        new.start_timestamp, 'started', v_waited, 'running', null),
      (new.finish_timestamp is not null, new.finish_timestamp, 'finished', 'running', v_status, null),
      (new.cancellation_timestamp is not null, new.cancellation_timestamp,
        case when current_setting('deploy_queue.reaping', true) = 'on' then 'reaped' else 'cancelled' end,
        case when new.start_timestamp is null then v_waited else 'running' end, 'cancelled', new.cancellation_note)
  ) as event (happened, occurred_at, kind, from_state, to_state, reason)
  where event.happened;

  -- History that is written after the fact moves nothing.
  if not (v_is_new and deploy_queue._has_ended(new)) then
    perform pg_notify('deploy_queue_transitions', json_build_object(
      'deployment_id', new.id, 'status', v_status, 'environment', new.environment,
      'cloud_provider', new.cloud_provider, 'region', new.region, 'cell_index', new.cell_index
    )::text);
  end if;
  return null;
end;
$$;

create or replace trigger tg_deployments__record_insert
after insert on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__record();

create or replace trigger tg_deployments__record_update
after update on deploy_queue.deployments
for each row when (
  (old.start_timestamp is null and new.start_timestamp is not null)
  or new.finish_timestamp is not null
  or new.cancellation_timestamp is not null
  or new.hold is distinct from old.hold
  or new.priority <> old.priority
)
execute function deploy_queue.tg_deployments__record();
