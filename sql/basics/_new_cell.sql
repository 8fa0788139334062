-- Creates the cell at a location, and returns its id.
-- Called by the enqueue trigger, for the first deployment there.
create or replace function deploy_queue._new_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._require_environment(_new_cell.environment);
  -- When two sessions create the same cell, one waits here for the other and finds its row.
  insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
  values (_new_cell.environment, _new_cell.cloud_provider, _new_cell.region, _new_cell.cell_index)
  on conflict on constraint a_cell_exists_once do nothing;
  return deploy_queue._cell(_new_cell.environment, _new_cell.cloud_provider, _new_cell.region, _new_cell.cell_index);
end;
$$;
