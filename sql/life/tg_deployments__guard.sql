-- Lets only legal transitions through, each stamped by the clock of the database under the lock of the cell.
-- Fires for every UPDATE of deployments, so plain SQL obeys the same rules as the functions. A start_timestamp of infinity means
-- "when it may": now, or nothing is changed.
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
  v_taken_back text;
  v_now timestamptz;
begin
  if deploy_queue._has_ended(old) then
    perform deploy_queue._refuse_ended(old);
  end if;
  -- The functions ask before they lock the row; this is for plain SQL of a role that no row-level security holds.
  perform deploy_queue._require_right(old.environment);
  v_taken_back := concat_ws(', ',
    case when new.hold is distinct from old.hold and new.hold is not null then 'hold' end,
    case when new.priority <> old.priority and old.start_timestamp is not null then 'priority' end,
    case when new.start_timestamp is distinct from old.start_timestamp and not v_starts then 'start_timestamp' end);
  if v_taken_back <> '' then
    perform deploy_queue._refuse_change(old, v_taken_back);
  end if;

  if v_starts or v_finishes or v_cancels or v_is_released or new.priority <> old.priority then
    perform deploy_queue._lock_cell(old.cell_id);
  end if;

  if v_starts then
    new.forced := deploy_queue._bypass_reason() is not null;
  end if;
  if old.hold = 'outside' and (v_is_released or new.forced) then
    -- The released deployment enters the line now, at its end.
    new.place := nextval('deploy_queue.deployments_id_seq');
  end if;

  if v_starts then
    if not new.forced and not deploy_queue._may_start(new, new.start_timestamp = 'infinity') then
      return null;
    end if;
    -- A deployment that was started past the rules is not on hold any more.
    new.hold := null;
  end if;
  -- The time is read after the decision. A time from before it could lie in a buffer that is over by now.
  v_now := deploy_queue._now();

  if v_starts then
    -- Even when the clock was set back, a start does not precede its entry.
    new.start_timestamp := greatest(v_now, new.created_at);
    -- The heartbeats of the wait end with it, unless the client that starts the deployment goes on with them: a deployment
    -- for which none were promised must not be reaped while it runs.
    if new.heartbeat_timestamp is not distinct from old.heartbeat_timestamp then
      new.heartbeat_timestamp := null;
    end if;
  end if;

  if v_finishes then
    if new.start_timestamp is null then
      raise exception using
        errcode = 'QD004',
        message = format('%s is queued; it cannot finish before it started', deploy_queue._label(old)),
        hint = 'Cancel it instead, or start it first.';
    end if;
    new.finish_timestamp := greatest(v_now, new.start_timestamp);
  end if;

  if v_cancels then
    new.cancellation_timestamp := greatest(v_now, new.start_timestamp);
  end if;

  if new.heartbeat_timestamp is distinct from old.heartbeat_timestamp and new.heartbeat_timestamp is not null then
    new.heartbeat_timestamp := v_now;
  end if;
  -- A start may have ended the heartbeats of a keeper that is still there.
  new.kept := old.kept or new.heartbeat_timestamp is not null;
  new.updated_at := v_now;
  return new;
end;
$$;

create or replace trigger tg_deployments__guard
before update on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__guard();
