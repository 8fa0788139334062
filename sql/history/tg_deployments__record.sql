-- Leaves one event a transition and tells the sessions that follow.
-- Fires for every INSERT into deployments and every UPDATE that may be a transition.
create or replace function deploy_queue.tg_deployments__record() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The state in which it ran until now, or waited, or would have waited.
  v_ran deploy_queue.deployment_status := 'running';
  v_waited deploy_queue.deployment_status;
  -- Its state now; null when this was no transition.
  v_status deploy_queue.deployment_status;
  v_is_late boolean := false;
  v_is_rejected boolean := tg_op = 'INSERT' and new.cancellation_kind = 'rejected';
  v_is_to_be_verified boolean;
  v_why text;
  v_detail jsonb;
begin
  -- A row that is saved as it was is no transition.
  if deploy_queue._has_ended(old) then
    return null;
  end if;
  if old.start_timestamp is not null then
    v_ran := case
      when old.stop_timestamp is not null then 'stopping' when old.verifying_since is not null then 'verifying' else v_ran
    end;
  else
    v_waited := case
      when coalesce(old.reserved_until, new.reserved_until) is not null then 'reserved'
      when coalesce(old.hold, new.hold) is not null then 'held'
      else 'queued'
    end;
  end if;
  if v_is_rejected then
    -- It never was in the line.
    v_waited := null;
  elsif tg_op = 'INSERT' then
    v_status := v_waited;
    v_is_late := deploy_queue._has_ended(new);
    if v_is_late then
      v_why := 'recorded after the fact';
      v_detail := jsonb_build_object('after_the_fact', true);
    elsif new.rollback_of is not null then
      v_why := format('it rolls back deployment %s', new.rollback_of);
      v_detail := jsonb_build_object('rollback_of', new.rollback_of);
    elsif new.reserved_until is not null then
      v_why := format('reserved until %s', date_trunc('second', new.reserved_until));
    elsif new.hold is not null then
      v_why := new.note;
    end if;
    insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, to_state, reason, detail)
    values (new.id, new.created_at, 'enqueued', v_waited, v_why, v_detail);
  elsif new.hold is distinct from old.hold or new.priority <> old.priority then
    v_status := case when new.hold is null then 'queued' else 'held' end;
    v_why := nullif(current_setting('deploy_queue.reason', true), '');
    if new.hold is null and old.hold is not null and new.start_timestamp is null then
      insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, reason)
      values (
        new.id, new.updated_at, case when old.reserved_until is null then 'released' else 'redeemed' end, v_waited, v_status, v_why
      );
    end if;
    if new.priority <> old.priority then
      insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, reason, detail)
      values (
        new.id, new.updated_at, 'prioritized', v_waited, v_status,
        concat_ws(': ', format('priority %s, before %s', new.priority, old.priority), v_why),
        jsonb_build_object('priority', new.priority, 'before', old.priority, 'why', v_why)
      );
    end if;
  end if;

  if tg_op = 'UPDATE' and new.confirmation is distinct from old.confirmation then
    insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, reason)
    values (new.id, new.updated_at, 'confirmed', format('with "%s"', new.confirmation));
  end if;

  if new.start_timestamp is not null and old.start_timestamp is null then
    v_status := 'running';
    if new.forced then
      perform deploy_queue._record_passing(old, new);
    end if;
    insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state)
    values (new.id, new.start_timestamp, 'started', v_waited, 'running');
  end if;

  if not v_is_late and num_nonnulls(new.finish_timestamp, new.cancellation_timestamp, new.joined_id) = 0 and v_status is not null then
    -- What enters an empty line, or leaves one behind, concerns no others.
    if num_nonnulls(new.sequence, new.rollback_of) > 0 or (tg_op = 'UPDATE' and new.start_timestamp is null) or exists (
      select from deploy_queue._queued as other where other.cell_id = new.cell_id and other.id <> new.id
    ) then
      perform deploy_queue._follow_ordering(old, new);
    end if;
  end if;

  if num_nonnulls(new.verifying_since, new.stop_timestamp, new.finish_timestamp, new.cancellation_timestamp) > 0 then
    if new.verifying_since is not null and old.verifying_since is null then
      v_status := 'verifying';
      insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state)
      values (new.id, new.verifying_since, 'verifying', 'running', 'verifying');
      v_ran := 'verifying';
    end if;

    if new.stop_timestamp is not null and old.stop_timestamp is null then
      v_status := 'stopping';
      insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, reason)
      values (new.id, new.stop_timestamp, 'stopping', v_ran, 'stopping', new.cancellation_note);
    end if;

    if new.finish_timestamp is not null then
      select
        case when deploy_queue._cools_down(new.finish_timestamp, demands.buffer_time, new.updated_at) then 'buffering' else 'finished' end,
        demands.require_verification
      into v_status, v_is_to_be_verified
      from deploy_queue._demands(new.environment, new.component) as demands;
      -- Not in the guard: here the policy is read anyway.
      if v_is_to_be_verified and new.verified_at is null and not v_is_late then
        perform deploy_queue._refuse_unverified(new);
      end if;
      v_why := case when new.stop_timestamp is not null then 'the stop came too late' when new.verified_at is not null then 'verified' end;
      v_detail := case when new.verified_at is not null then jsonb_build_object('verified', true) end;
      insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, reason, detail)
      values (new.id, new.finish_timestamp, 'finished', v_ran, v_status, v_why, v_detail);
    elsif new.cancellation_timestamp is not null then
      v_status := deploy_queue._status(new, null);
      insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, reason, detail)
      values (
        new.id, new.cancellation_timestamp,
        case when new.cancellation_kind in ('reaped', 'failed', 'rejected') then new.cancellation_kind::text else 'cancelled' end,
        case when new.start_timestamp is null then v_waited else v_ran end, v_status, new.cancellation_note,
        case when new.cancellation_kind in ('forced', 'stopped', 'gave-way', 'superseded', 'outdated', 'withdrawn')
          then jsonb_strip_nulls(jsonb_build_object(
            'how', new.cancellation_kind,
            -- Its note names it first (_obsolete).
            'superseded_by', case when new.cancellation_kind in ('superseded', 'outdated')
              then substring(new.cancellation_note from 'deployment ([0-9]+)')::bigint end
          )) end
      );
      if new.cancellation_kind = 'failed' and not v_is_late then
        perform deploy_queue._follow_failure(new);
      end if;
    end if;
  end if;

  -- History that is written after the fact is no transition. The message is made only when a session follows.
  if v_status is not null and not v_is_late and deploy_queue._has_followers() then
    perform deploy_queue._notify('deploy_queue_transitions', json_build_object(
      'event_id', (select max(deployment_events.id) from deploy_queue.deployment_events where deployment_events.deployment_id = new.id),
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
after insert or update of start_timestamp, finish_timestamp, cancellation_timestamp, hold, priority, confirmation, verifying_since on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__record();
