-- Wakes the heads of lines when the maintenance windows of their environment change.
-- Fires for every write of maintenance_windows.
create or replace function deploy_queue.tg_maintenance_windows__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The statement may have written several, whose cells are locked in ascending order, too.
  perform deploy_queue._lock_cells(array(
    select cells.id from deploy_queue.cells where cells.environment in (select changed.environment from changed)
  ));
  perform deploy_queue._wake_heads(array(
    select cells.id from deploy_queue.cells where cells.environment in (new.environment, old.environment) order by cells.id
  ));
  return null;
end;
$$;

create or replace trigger tg_maintenance_windows__wake_added
after insert on deploy_queue.maintenance_windows referencing new table as changed
for each row execute function deploy_queue.tg_maintenance_windows__wake();

create or replace trigger tg_maintenance_windows__wake_changed
after update on deploy_queue.maintenance_windows referencing new table as changed
for each row execute function deploy_queue.tg_maintenance_windows__wake();

create or replace trigger tg_maintenance_windows__wake_removed
after delete on deploy_queue.maintenance_windows referencing old table as changed
for each row execute function deploy_queue.tg_maintenance_windows__wake();
