-- Wakes those at the head of a line when the maintenance windows of their environment change.
-- Fires for every write of maintenance_windows.
create or replace function deploy_queue.tg_maintenance_windows__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
  v_head deploy_queue.deployments;
begin
  for v_cell_id in
    select cells.id
    from deploy_queue.cells
    where cells.environment in (new.environment, old.environment)
    order by cells.id
  loop
    -- As with a freeze: a start is decided before this or after.
    perform deploy_queue._lock_cell(v_cell_id);

    for v_head in select * from deploy_queue._heads(v_cell_id) loop
      perform deploy_queue._wake(v_head);
    end loop;
  end loop;
  return null;
end;
$$;

create or replace trigger tg_maintenance_windows__wake
after insert or update or delete on deploy_queue.maintenance_windows
for each row execute function deploy_queue.tg_maintenance_windows__wake();
