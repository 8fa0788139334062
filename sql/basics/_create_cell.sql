-- Creates the cell at a location, under names that are no other spelling of known ones.
-- Called by _new_cell and by add_cell.
create or replace function deploy_queue._create_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns deploy_queue.cells
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell deploy_queue.cells;
begin
  perform deploy_queue._require_place_names(_create_cell.cloud_provider, _create_cell.region);
  -- Of two sessions that create one cell at the same time, or two spellings of it, one waits here for the other's row and looks again.
  insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
  values (_create_cell.environment, _create_cell.cloud_provider, _create_cell.region, _create_cell.cell_index)
  on conflict do nothing;
  v_cell := deploy_queue._cell(_create_cell.environment, _create_cell.cloud_provider, _create_cell.region, _create_cell.cell_index);
  return case
    when v_cell.id is not null then v_cell
    else deploy_queue._create_cell(_create_cell.environment, _create_cell.cloud_provider, _create_cell.region, _create_cell.cell_index)
  end;
end;
$$;
