-- Locks cells in ascending order, as everywhere.
-- Called before anything is done in several of them.
create or replace function deploy_queue._lock_cells(cell_ids integer[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
begin
  for v_cell_id in select distinct asked.id from unnest(_lock_cells.cell_ids) as asked (id) order by asked.id loop
    perform deploy_queue._lock_cell(v_cell_id);
  end loop;
end;
$$;
