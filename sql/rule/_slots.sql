-- How many deployments without a common key a cell has room for.
-- Called by the wake-ups.
create or replace function deploy_queue._slots(cell_id integer) returns integer
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(cells.slots, environments.slots)
    from deploy_queue.cells
    join deploy_queue.environments on environments.environment = cells.environment
    where cells.id = _slots.cell_id
  );
end;
$$;
