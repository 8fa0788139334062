-- Serialises decisions: whoever writes a transition in a cell holds this lock until its transaction ends.
-- Called by everything that changes deployments or what keeps them waiting; always after row locks, cells in ascending order.
create or replace function deploy_queue._lock_cell(cell_id integer) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The decision must see what the previous holder of the lock has committed; an older snapshot does not.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception using
      errcode = 'QD011',
      message = format('deployments cannot be changed in a %s transaction: it may not see who is in the cell',
        current_setting('transaction_isolation')),
      hint = format('Begin the transaction with ISOLATION LEVEL READ COMMITTED. Where another level is the default: alter role %I set default_transaction_isolation = ''read committed''.',
        session_user);
  end if;

  -- Two-part keys are a space of their own; the first part, "dq" in ASCII, sets ours apart from other users of it.
  if not pg_try_advisory_xact_lock(25713, _lock_cell.cell_id) then
    perform deploy_queue._lock_cell_in_time(_lock_cell.cell_id, current_setting('lock_timeout'));
  end if;
end;
$$;
