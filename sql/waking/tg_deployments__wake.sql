-- Wakes the keeper of a deployment that ended, is to stop or was released, the heads of the line that it kept waiting, and those that are
-- promoted from where it finished.
-- Fires for every UPDATE that may end or move a deployment; the guard already holds the lock of the cell.
create or replace function deploy_queue.tg_deployments__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended boolean := deploy_queue._has_ended(new);
  v_is_released boolean := new.hold is distinct from old.hold and new.start_timestamp is null;
begin
  -- A row that is saved as it was is no transition.
  if deploy_queue._has_ended(old) then
    return null;
  end if;
  if v_ended then
    -- Only a keeper wants to know of a finish. A notification without a listener would hold up other commits.
    if new.cancellation_timestamp is not null or new.kept then
      perform deploy_queue._tell(new.id, 'ended');
    end if;
  elsif new.stop_timestamp is not null and old.stop_timestamp is null then
    -- Its keeper ends the work now; the heads know from now on when they may start, if it has said how long that takes.
    perform deploy_queue._tell(new.id, 'stop');
  elsif v_is_released then
    -- A released deployment is told even when others are ahead: it waits for something else now.
    perform deploy_queue._tell_waiter(new);
  elsif new.priority = old.priority then
    if new.confirmation is distinct from old.confirmation and deploy_queue._flaw_of_confirmation(old) is not null then
      perform deploy_queue._wake(new);
    end if;
    return null;
  end if;

  if old.sequence is not null and old.start_timestamp is null then
    -- It stood where the guard says.
    old.place := new.place;
  end if;
  if exists (select from deploy_queue._queued as waiting where waiting.cell_id = new.cell_id) then
    perform deploy_queue._wake_heads(array[new.cell_id], before => old, after => new);
  end if;
  if new.finish_timestamp is not null and new.version is not null then
    if exists (
      select from deploy_queue.environments as general where general.promote_from = new.environment
      union all
      select from deploy_queue.component_policies as own where own.promote_from = new.environment
    ) then
      perform deploy_queue._wake_promoted(new);
    end if;
  end if;
  return null;
end;
$$;

-- By columns and without WHEN, which PostgreSQL would read anew for every statement.
create or replace trigger tg_deployments__wake
after update of finish_timestamp, cancellation_timestamp, hold, priority, confirmation on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__wake();
