-- Cancels whatever is queued or running in a region, or in one cell of it; a location without any cell is refused.
-- Called by clients, in an outage.
create or replace function deploy_queue.cancel_location(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer default null,
  cancellation_note text default null
) returns setof deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_environment text := btrim(cancel_location.environment);
  v_cloud_provider text := btrim(cancel_location.cloud_provider);
  v_region text := btrim(cancel_location.region);
begin
  perform deploy_queue._require_environment(v_environment);
  if not exists (
    select from deploy_queue.cells
    where cells.environment = v_environment and cells.cloud_provider = v_cloud_provider and cells.region = v_region
      and (cancel_location.cell_index is null or cells.cell_index = cancel_location.cell_index)
  ) then
    perform deploy_queue._refuse_location(v_environment, v_cloud_provider, v_region, cancel_location.cell_index);
  end if;

  return query
  select cancelled.*
  from deploy_queue._cancel_each(
    array(
      select live.id
      from deploy_queue._live_deployments as live
      where live.environment = v_environment
        and live.cloud_provider = v_cloud_provider
        and live.region = v_region
        and (cancel_location.cell_index is null or live.cell_index = cancel_location.cell_index)
    ),
    cancel_location.cancellation_note
  ) as cancelled;
end;
$$;

comment on function deploy_queue.cancel_location(text, text, text, integer, text) is
  'Cancels every queued or running deployment of this region, or of one cell of it, and returns them.';
