-- Cancels whatever is queued or running in a region, or in one cell of it.
-- Called by clients, in an outage.
create or replace function deploy_queue.cancel_location(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer default null,
  cancellation_note text default null
) returns setof deploy_queue.deployments
language sql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select cancelled.*
  from deploy_queue._cancel_each(
    array(
      select live.id
      from deploy_queue._live_deployments as live
      where live.environment = $1
        and live.cloud_provider = $2
        and live.region = $3
        and ($4 is null or live.cell_index = $4)
    ),
    $5
  ) as cancelled;
$$;

comment on function deploy_queue.cancel_location(text, text, text, integer, text) is
  'Cancels every queued or running deployment of this region, or of one cell of it, and returns them.';
