-- Waits for the lock of a cell, and gives up before the client does. Otherwise a session would stay behind without its client, wait
-- until the other session's transaction ends, and then act after all.
-- Called by _lock_cell when another session holds the lock.
create or replace function deploy_queue._lock_cell_in_time(cell_id integer, own_limit text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set lock_timeout = '15s'
as $$
declare
  v_place text;
begin
  -- Plain SQL may have a shorter limit, and 0 is none. A function has the one that is set for it, whatever its session has.
  if own_limit <> '0' and own_limit::interval < current_setting('lock_timeout')::interval then
    perform set_config('lock_timeout', own_limit, true);
  end if;
  perform pg_advisory_xact_lock(25713, _lock_cell_in_time.cell_id);
exception
  when lock_not_available then
    select concat_ws('-', cells.environment, cells.cloud_provider, cells.region, 'cell', cells.cell_index) into v_place
    from deploy_queue.cells
    where cells.id = _lock_cell_in_time.cell_id;
    -- Number 0 is no cell: it is the lock of migrations and grants.
    if not found then
      raise;
    end if;

    raise exception using
      errcode = 'QD031',
      message = format('%s is locked by %s', v_place, coalesce(
        (select string_agg(holder.text, ' and ') from deploy_queue._lock_holders(_lock_cell_in_time.cell_id) as holder),
        'a transaction that stays open'
      )),
      hint = 'Nothing was changed. ' || coalesce(
        (
          select format('Where that session does not end its transaction, an operator ends the session: deploy_queue.end_blocker(%s).',
            min(holder.pid))
          from deploy_queue._lock_holders(_lock_cell_in_time.cell_id) as holder
          having min(holder.pid) is not null
        ),
        'The owner of a prepared transaction, or a superuser, ends it by ROLLBACK PREPARED.'
      );
end;
$$;
