-- Serialises decisions: a session that writes a transition in a cell holds this lock until its transaction ends.
-- Called by everything that changes deployments or what keeps them waiting; always after row locks, cells in ascending order. Returns true, so
-- that the triggers of every day can call it in a condition: PERFORM would be a statement of its own.
create or replace function deploy_queue._lock_cell(cell_id integer) returns boolean
language plpgsql volatile
-- Only functions with a search_path of their own call it: setting it once more costs as much as a short function.
as $$
begin
  -- The decision must see what the previous holder of the lock has committed; an older snapshot does not.
  if current_setting('transaction_isolation') <> 'read committed' then
    perform deploy_queue._refuse_isolation();
  end if;

  -- Keys of two parts are a space of their own. The first part, "dq" in ASCII, keeps our keys apart from those of other programs.
  if not pg_try_advisory_xact_lock(25713, _lock_cell.cell_id) then
    perform deploy_queue._lock_cell_in_time(_lock_cell.cell_id, current_setting('lock_timeout'));
  end if;
  return true;
end;
$$;
