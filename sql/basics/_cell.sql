-- The id of the cell at a location; the first deployment to a location creates its cell.
-- Called by the enqueue trigger.
create or replace function deploy_queue._cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id integer;
begin
  for v_attempt in 1..2 loop
    select cells.id into v_id
    from deploy_queue.cells
    where cells.environment = _cell.environment
      and cells.cloud_provider = _cell.cloud_provider
      and cells.region = _cell.region
      and cells.cell_index = _cell.cell_index;
    exit when found;

    perform deploy_queue._require_environment(_cell.environment);

    -- When two sessions create the same cell, one waits here for the other and finds the row in its second round.
    insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
    values (_cell.environment, _cell.cloud_provider, _cell.region, _cell.cell_index)
    on conflict on constraint a_cell_exists_once do nothing;
  end loop;

  return v_id;
end;
$$;
