-- Leaves one event a transition and tells those who follow.
-- Fires for every INSERT into deployments and every UPDATE that may be a transition.
create or replace function deploy_queue.tg_deployments__record() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Where it waited until now, or would have.
  v_waited deploy_queue.deployment_status := case
    when coalesce(old.hold, new.hold) is null then 'queued' else 'held'
  end;
  -- Where it is now; null when this was no transition.
  v_status deploy_queue.deployment_status;
  v_is_history boolean := false;
  v_why text;
begin
  if tg_op = 'INSERT' then
    v_status := v_waited;
    v_is_history := deploy_queue._has_ended(new);
    perform deploy_queue._record(new.id, new.created_at, 'enqueued', null, v_waited, case
      when v_is_history then 'recorded after the fact'
      when new.hold is not null then new.note
    end);
    if current_setting('deploy_queue.new_cell', true) = new.cell_id::text then
      perform set_config('deploy_queue.new_cell', '', true);
      perform deploy_queue._tell_of_new_cell(new.environment, new.cloud_provider, new.region, new.cell_index);
    end if;
  elsif new.hold is distinct from old.hold or new.priority <> old.priority then
    v_status := case when new.hold is null then 'queued' else 'held' end;
    v_why := nullif(current_setting('deploy_queue.reason', true), '');
    if new.hold is null and old.hold is not null and new.start_timestamp is null then
      perform deploy_queue._record(new.id, new.updated_at, 'released', 'held', 'queued', v_why);
    end if;
    if new.priority <> old.priority then
      perform deploy_queue._record(new.id, new.updated_at, 'prioritized', v_waited, v_status,
        concat_ws(': ', format('priority %s, before %s', new.priority, old.priority), v_why));
    end if;
  end if;

  if new.start_timestamp is not null and old.start_timestamp is null then
    v_status := 'running';
    if new.forced then
      perform deploy_queue._record(new.id, new.updated_at, 'bypassed', null, null, deploy_queue._bypass_reason());
    end if;
    perform deploy_queue._record(new.id, new.start_timestamp, 'started', v_waited, 'running');
  end if;

  if new.finish_timestamp is not null then
    v_status := (
      select deploy_queue.get_deployment_status(
        new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp, environments.buffer_time
      )
      from deploy_queue.environments
      where environments.environment = new.environment
    );
    perform deploy_queue._record(new.id, new.finish_timestamp, 'finished', 'running', v_status);
  elsif new.cancellation_timestamp is not null then
    v_status := 'cancelled';
    perform deploy_queue._record(new.id, new.cancellation_timestamp,
      case when current_setting('deploy_queue.reaping', true) = 'on' then 'reaped' else 'cancelled' end,
      case when new.start_timestamp is null then v_waited else 'running' end, 'cancelled', new.cancellation_note);
  end if;

  -- History that is written after the fact moves nothing; and the message is made only for somebody.
  if v_status is not null and not v_is_history and deploy_queue._somebody_follows() then
    perform deploy_queue._tell(json_build_object(
      'deployment_id', new.id, 'status', v_status, 'environment', new.environment,
      'cloud_provider', new.cloud_provider, 'region', new.region, 'cell_index', new.cell_index
    ));
  end if;
  return null;
end;
$$;

-- One for both, so that a session prepares the function once; by columns and without WHEN, which PostgreSQL would read anew for
-- every statement.
create or replace trigger tg_deployments__record
after insert or update of start_timestamp, finish_timestamp, cancellation_timestamp, hold, priority on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__record();
