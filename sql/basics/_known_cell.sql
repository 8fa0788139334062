-- The cell at a location, for a caller who may change its environment; one that is not there is refused.
-- Called by what changes a cell.
create or replace function deploy_queue._known_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns deploy_queue.cells
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment text := btrim(_known_cell.environment);
  v_provider text := btrim(_known_cell.cloud_provider);
  v_region text := btrim(_known_cell.region);
  v_cell deploy_queue.cells;
begin
  perform deploy_queue._require_right(v_environment);
  perform deploy_queue._require_environment(v_environment);
  v_cell := deploy_queue._cell(v_environment, v_provider, v_region, _known_cell.cell_index);
  if v_cell.id is null then
    perform deploy_queue._refuse_location(v_environment, v_provider, v_region, _known_cell.cell_index);
  end if;
  return v_cell;
end;
$$;
