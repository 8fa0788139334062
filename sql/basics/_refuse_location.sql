-- Refuses a location without any cell, and names the cells most like it.
-- Called by what acts on cells that must be there.
create or replace function deploy_queue._refuse_location(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD043',
    message = concat_ws('-', _refuse_location.environment, _refuse_location.cloud_provider, _refuse_location.region,
      'cell-' || _refuse_location.cell_index) || ' has no cell',
    hint = coalesce('Most like it: ' || deploy_queue._nearest_cells(
      _refuse_location.environment, _refuse_location.cloud_provider, _refuse_location.region, _refuse_location.cell_index
    ) || '.', 'The environment has no cell yet.');
end;
$$;
