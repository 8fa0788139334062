-- The lock of a cell for whoever takes many: gives up before its client does, which would hold the others up for as long
-- as somebody's open transaction lasts, and act after all then.
-- Called by the triggers of freezes, maintenance windows and environments.
create or replace function deploy_queue._lock_cell_in_time(cell_id integer) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set lock_timeout = '15s'
as $$
begin
  perform deploy_queue._lock_cell(_lock_cell_in_time.cell_id);
exception
  when lock_not_available then
    raise exception using
      errcode = 'QD031',
      message = (
        select format('%s-%s-%s-cell-%s is locked by a transaction that stays open', cells.environment,
          cells.cloud_provider, cells.region, cells.cell_index)
        from deploy_queue.cells
        where cells.id = _lock_cell_in_time.cell_id
      ),
      hint = (
        select format('Nothing was changed. End that transaction: select pg_terminate_backend(%s).',
          string_agg(pg_locks.pid::text, ', '))
        from pg_locks
        where pg_locks.locktype = 'advisory'
          and pg_locks.database = (select pg_database.oid from pg_database where pg_database.datname = current_database())
          and (pg_locks.classid, pg_locks.objid) = (25713, _lock_cell_in_time.cell_id)
          and pg_locks.granted
      );
end;
$$;
