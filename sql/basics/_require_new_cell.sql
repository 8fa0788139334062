-- Refuses a cell that a deployment may not create: its environment has a closed list of cells, or its names are other spellings of known ones.
-- Called by _new_cell, and by preflight, which creates nothing.
create or replace function deploy_queue._require_new_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._require_environment(_require_new_cell.environment);
  if (
    select environments.has_closed_cells from deploy_queue.environments
    where environments.environment = _require_new_cell.environment
  ) then
    perform deploy_queue._refuse_cell(
      _require_new_cell.environment, _require_new_cell.cloud_provider, _require_new_cell.region, _require_new_cell.cell_index, null
    );
  end if;
  perform deploy_queue._require_place_names(_require_new_cell.cloud_provider, _require_new_cell.region);
end;
$$;
