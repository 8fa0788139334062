-- What a bulk cancel cancels: deployments that are queued, on hold or running, of a component, a version or a place. Refuses a place
-- without any cell. Called by clients that show it beforehand, and by the bulk cancels.
create or replace function deploy_queue.live_deployments(
  component text default null,
  version text default null,
  environment text default null,
  cloud_provider text default null,
  region text default null,
  cell_index integer default null
) returns setof deploy_queue.deployments
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_environment text := btrim(live_deployments.environment);
  v_cloud_provider text := btrim(live_deployments.cloud_provider);
  v_region text := btrim(live_deployments.region);
begin
  if v_environment is not null then
    perform deploy_queue._require_environment(v_environment);
  end if;
  if coalesce(v_cloud_provider, v_region, live_deployments.cell_index::text) is not null and not exists (
    select from deploy_queue.cells
    where (v_environment is null or cells.environment = v_environment)
      and (v_cloud_provider is null or cells.cloud_provider = v_cloud_provider)
      and (v_region is null or cells.region = v_region)
      and (live_deployments.cell_index is null or cells.cell_index = live_deployments.cell_index)
  ) then
    perform deploy_queue._refuse_location(v_environment, v_cloud_provider, v_region, live_deployments.cell_index);
  end if;

  return query
  select (live.deployment).*
  from deploy_queue._live_deployments as live
  where (live_deployments.component is null or live.component = btrim(live_deployments.component))
    and (live_deployments.version is null or live.version = live_deployments.version)
    and (v_environment is null or live.environment = v_environment)
    and (v_cloud_provider is null or live.cloud_provider = v_cloud_provider)
    and (v_region is null or live.region = v_region)
    and (live_deployments.cell_index is null or live.cell_index = live_deployments.cell_index);
end;
$$;

comment on function deploy_queue.live_deployments(text, text, text, text, text, integer) is
  'The deployments that are queued, on hold or running, of a component, a version or a place: what cancel_version and cancel_location cancel.';
