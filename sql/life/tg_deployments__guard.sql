-- Lets only legal transitions through, each stamped by the clock of the database under the lock of the cell.
-- Fires for every UPDATE of deployments but those of a heartbeat, so plain SQL obeys the same rules as the functions. A start_timestamp
-- of infinity means "when it may": now, or nothing is changed.
create or replace function deploy_queue.tg_deployments__guard() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_starts boolean := old.start_timestamp is null and new.start_timestamp is not null;
  v_finishes boolean := new.finish_timestamp is not null;
  v_cancels boolean := new.cancellation_timestamp is not null;
  v_is_released boolean := old.hold is not null and new.hold is null;
  v_verifies boolean := old.verifying_since is null and new.verifying_since is not null;
  -- PostgreSQL prepares each condition in each transaction anew: the transitions of every day ask only this.
  v_changes_more boolean := (new.hold, new.priority, new.reserved_until, new.confirmation, new.stop_timestamp, new.verifying_since)
    is distinct from (old.hold, old.priority, old.reserved_until, old.confirmation, old.stop_timestamp, old.verifying_since);
  v_taken_back text;
  v_policy deploy_queue.policies;
  v_now timestamptz;
begin
  -- Before the state is told. Row-level security holds the roles of the queue; this is for the functions, and for a role that none holds.
  if not deploy_queue._require_right(old.environment) then
    return null;
  end if;
  -- Not for the transitions of every day.
  if deploy_queue._has_ended(old) or new.start_timestamp <> old.start_timestamp or new.stop_timestamp <> old.stop_timestamp
    or new.verifying_since <> old.verifying_since
  then
    new := deploy_queue._as_it_was(old, new);
    if deploy_queue._has_ended(old) then
      if new is not distinct from old then
        return old;
      end if;
      perform deploy_queue._refuse_ended(old);
    end if;
  end if;
  if v_changes_more or new.start_timestamp is distinct from old.start_timestamp and not v_starts then
    v_taken_back := concat_ws(', ',
      case when new.hold is distinct from old.hold and new.hold is not null then 'hold' end,
      case when new.priority <> old.priority and old.start_timestamp is not null then 'priority' end,
      case when new.start_timestamp is distinct from old.start_timestamp and not v_starts then 'start_timestamp' end,
      case when new.confirmation is distinct from old.confirmation and old.start_timestamp is not null then 'confirmation' end,
      case when new.stop_timestamp is distinct from old.stop_timestamp then 'stop_timestamp' end,
      case when new.verifying_since is distinct from old.verifying_since and not v_verifies then 'verifying_since' end);
    if v_taken_back <> '' then
      perform deploy_queue._refuse_change(old, v_taken_back);
    end if;
  end if;

  if (v_starts or v_finishes or v_cancels or v_changes_more) and not deploy_queue._lock_cell(old.cell_id) then
    return null;
  end if;

  if v_starts then
    new.forced := deploy_queue._bypass_reason() is not null;
  end if;
  if v_changes_more or new.forced then
    if v_is_released and old.reserved_until is not null and not v_starts then
      perform deploy_queue._refuse_late_redemption(old);
      new.reserved_until := null;
      perform deploy_queue._refuse_unpromotable(new);
    end if;
    if (v_is_released or new.confirmation is distinct from old.confirmation) and not new.forced and not v_cancels then
      new.confirmation := nullif(new.confirmation, '');
      if not deploy_queue._is_confirmed(new) then
        return null;
      end if;
    end if;
    if old.hold = 'outside' and (v_is_released or new.forced) then
      -- It comes into the line now, at its end.
      new.place := nextval('deploy_queue.deployments_id_seq');
    end if;
    if not v_starts and (new.priority <> old.priority or (old.hold = 'outside' and v_is_released)) then
      perform deploy_queue._refuse_passing(new);
    end if;
  end if;
  if v_starts then
    v_policy := deploy_queue._policy(new.environment, new.cell_id);
    if not new.forced and not deploy_queue._may_start(new, new.start_timestamp = 'infinity', v_policy) then
      return null;
    end if;
    new.slot := deploy_queue._draw_slot(new, v_policy);
    -- Nothing holds what was started past the rules.
    new.hold := null;
    new.reserved_until := null;
  end if;
  -- After the decision: stamped before it, a start could seem to lie in a buffer that was over by then.
  v_now := deploy_queue._now();

  if v_starts then
    -- Never before what came before it, should the clock have been set back.
    new.start_timestamp := greatest(v_now, new.created_at);
    -- The lease of the wait ends with it, unless the client that starts the deployment goes on with heartbeats: a deployment for which
    -- none were promised must not be reaped while it runs.
    if new.heartbeat_timestamp is not distinct from old.heartbeat_timestamp then
      new.heartbeat_timestamp := null;
      new.alive_until := null;
    end if;
    if new.alive_until is null then
      new.keeper := null;
      new.stop_grace := null;
    end if;
  end if;

  if v_verifies then
    perform deploy_queue._refuse_verification(old);
    new.verifying_since := greatest(v_now, new.start_timestamp);
  end if;
  if v_finishes then
    if new.start_timestamp is null or exists (
      select from deploy_queue._running as running where running.cell_id = new.cell_id and running.joined_id = new.id
    ) then
      perform deploy_queue._refuse_early_finish(new);
    end if;
    new.finish_timestamp := greatest(v_now, new.start_timestamp, new.verifying_since);
    new.verified_at := case when new.verified_at is not null then new.finish_timestamp end;
  elsif v_cancels then
    if new.cancellation_kind is null and old.start_timestamp is not null and deploy_queue._is_kept(old) then
      -- Its keeper ends the work first. To ask twice changes nothing.
      new.cancellation_timestamp := null;
      new.stop_timestamp := coalesce(old.stop_timestamp, v_now);
      new.cancellation_note := case when old.stop_timestamp is null then new.cancellation_note else old.cancellation_note end;
    else
      new.cancellation_timestamp := greatest(v_now, new.start_timestamp);
      new.cancellation_kind := coalesce(new.cancellation_kind, 'cancelled');
    end if;
  end if;

  if old.sequence is not null then
    if old.start_timestamp is null and num_nonnulls(new.start_timestamp, new.cancellation_timestamp) > 0 then
      new.place := coalesce(deploy_queue._leave_sequence(old), new.place);
    elsif old.hold is distinct from 'outside' and (v_is_released or new.priority <> old.priority) then
      -- It is sorted in anew; the wake-ups must know where it stood.
      new.place := (deploy_queue._stand(old)).place;
    end if;
  end if;
  -- A start may have ended the heartbeats of a keeper that is still there.
  new.kept := old.kept or new.heartbeat_timestamp is not null;
  new.updated_at := v_now;
  return new;
end;
$$;

-- By columns: a heartbeat changes none of these.
create or replace trigger tg_deployments__guard
before update of
  id, environment, cloud_provider, region, cell_index, cell_id, component, version, url, note, concurrency_key, start_timestamp,
  finish_timestamp, cancellation_timestamp, cancellation_note, created_at, updated_at, max_duration, idempotency_key, forced, place,
  priority, hold, release_key, not_before, not_after, command, entered_by, actor, keeper, stop_timestamp, stop_grace,
  cancellation_kind, parent_id, joined_id, slot, sequence, sequence_scope, artifact, reserved_until, rollback_of, via_old_names,
  confirmation, verifying_since, verified_at
on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__guard();

-- Heartbeats write these, and only while the deployment has not ended.
create or replace trigger tg_deployments__ended
before update of alive_until, kept on deploy_queue.deployments
for each row when (old.finish_timestamp is not null or old.cancellation_timestamp is not null)
execute function deploy_queue.tg_deployments__guard();
