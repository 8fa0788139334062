-- Refuses names of a provider and a region that are other spellings of known ones.
-- Called before a cell is created, and by what says beforehand whether it could be.
create or replace function deploy_queue._require_place_names(cloud_provider text, region text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._require_name('cloud_provider', _require_place_names.cloud_provider, (
    select cells.cloud_provider from deploy_queue.cells
    where lower(cells.cloud_provider) = lower(_require_place_names.cloud_provider)
    order by cells.cloud_provider <> _require_place_names.cloud_provider, cells.id
    limit 1
  ));
  perform deploy_queue._require_name('region', _require_place_names.region, (
    select cells.region from deploy_queue.cells
    where cells.cloud_provider = _require_place_names.cloud_provider
      and lower(cells.region) = lower(_require_place_names.region)
    order by cells.region <> _require_place_names.region, cells.id
    limit 1
  ));
end;
$$;
