-- Creates the cell at a location, and returns it. Refused where the cells of the environment are closed.
-- Called by the enqueue trigger, for the first deployment there.
create or replace function deploy_queue._new_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns deploy_queue.cells
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._require_new_cell(_new_cell.environment, _new_cell.cloud_provider, _new_cell.region, _new_cell.cell_index);
  return deploy_queue._create_cell(_new_cell.environment, _new_cell.cloud_provider, _new_cell.region, _new_cell.cell_index);
end;
$$;
