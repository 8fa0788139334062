-- Wakes the heads of lines when the maintenance windows of their environment change.
-- Fires for every write of maintenance_windows.
create or replace function deploy_queue.tg_maintenance_windows__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._wake_heads(array(
    select cells.id from deploy_queue.cells where cells.environment in (new.environment, old.environment) order by cells.id
  ));
  return null;
end;
$$;

create or replace trigger tg_maintenance_windows__wake
after insert or update or delete on deploy_queue.maintenance_windows
for each row execute function deploy_queue.tg_maintenance_windows__wake();
