-- Leaves one event a transition and tells those who follow.
-- Fires for every INSERT into deployments and every UPDATE that may be a transition.
create or replace function deploy_queue.tg_deployments__record() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_new boolean := tg_op = 'INSERT';
  v_is_history boolean := v_is_new and deploy_queue._has_ended(new);
  v_status deploy_queue.deployment_status;
  -- Where it waited until now, or would have.
  v_waited deploy_queue.deployment_status := case
    when coalesce(old.hold, new.hold) is null then 'queued' else 'held'
  end;
  v_why text := nullif(current_setting('deploy_queue.reason', true), '');
begin
  if not v_is_new
    and num_nonnulls(new.finish_timestamp, new.cancellation_timestamp) = 0
    and (new.start_timestamp, new.hold, new.priority) is not distinct from (old.start_timestamp, old.hold, old.priority)
  then
    return null;
  end if;

  if new.finish_timestamp is not null then
    select deploy_queue.get_deployment_status(
      new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp, environments.buffer_time
    ) into v_status
    from deploy_queue.environments
    where environments.environment = new.environment;
  else
    v_status := case
      when new.cancellation_timestamp is not null then 'cancelled'
      when new.start_timestamp is not null then 'running'
      when new.hold is not null then 'held'
      else 'queued'
    end;
  end if;

  if v_is_new then
    perform deploy_queue._record(new.id, new.created_at, 'enqueued', null, v_waited, case
      when v_is_history then 'recorded after the fact'
      when new.hold is not null then new.note
    end);
  elsif new.hold is null and old.hold is not null and new.start_timestamp is null then
    perform deploy_queue._record(new.id, new.updated_at, 'released', 'held', 'queued', v_why);
  end if;

  if new.priority <> old.priority then
    perform deploy_queue._record(new.id, new.updated_at, 'prioritized', v_waited, v_status,
      concat_ws(': ', format('priority %s, before %s', new.priority, old.priority), v_why));
  end if;

  if new.start_timestamp is not null and (v_is_new or old.start_timestamp is null) then
    if new.forced then
      perform deploy_queue._record(new.id, new.updated_at, 'bypassed', null, null, deploy_queue._bypass_reason());
    end if;
    perform deploy_queue._record(new.id, new.start_timestamp, 'started', v_waited, 'running');
  end if;

  if new.finish_timestamp is not null then
    perform deploy_queue._record(new.id, new.finish_timestamp, 'finished', 'running', v_status);
  elsif new.cancellation_timestamp is not null then
    perform deploy_queue._record(new.id, new.cancellation_timestamp,
      case when current_setting('deploy_queue.reaping', true) = 'on' then 'reaped' else 'cancelled' end,
      case when new.start_timestamp is null then v_waited else 'running' end, 'cancelled', new.cancellation_note);
  end if;

  -- History that is written after the fact moves nothing.
  if not v_is_history then
    perform deploy_queue._tell(json_build_object(
      'deployment_id', new.id, 'status', v_status, 'environment', new.environment,
      'cloud_provider', new.cloud_provider, 'region', new.region, 'cell_index', new.cell_index
    ));
  end if;
  return null;
end;
$$;

create or replace trigger tg_deployments__record_insert
after insert on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__record();

-- By columns and without WHEN, which PostgreSQL would read anew for every statement.
create or replace trigger tg_deployments__record_update
after update of start_timestamp, finish_timestamp, cancellation_timestamp, hold, priority on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__record();
