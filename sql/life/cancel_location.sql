-- Cancels whatever is queued or running in a region, or in one cell of it; a location without any cell is refused.
-- Called by clients, in an outage.
create or replace function deploy_queue.cancel_location(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer default null,
  cancellation_note text default null,
  queued_only boolean default false,
  at_most integer default null
) returns setof deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  perform deploy_queue._require_environment(btrim(cancel_location.environment));
  -- To live_deployments, null means all.
  if cancel_location.cloud_provider is null or cancel_location.region is null then
    perform deploy_queue._refuse_location(
      cancel_location.environment, cancel_location.cloud_provider, cancel_location.region, cancel_location.cell_index
    );
  end if;

  return query
  select cancelled.*
  from deploy_queue._cancel_each(
    array(
      select live.id
      from deploy_queue.live_deployments(
        environment => cancel_location.environment, cloud_provider => cancel_location.cloud_provider,
        region => cancel_location.region, cell_index => cancel_location.cell_index
      ) as live
      where (live.start_timestamp is null or not cancel_location.queued_only)
      order by live.stop_timestamp is not null, live.start_timestamp is not null, live.priority, coalesce(live.place, live.id) desc
      limit cancel_location.at_most
    ),
    cancel_location.cancellation_note,
    queued_only => cancel_location.queued_only
  ) as cancelled;
end;
$$;

comment on function deploy_queue.cancel_location(text, text, text, integer, text, boolean, integer) is
  'Cancels every queued or running deployment of this region, or of one cell of it, and returns them. queued_only: what runs is left alone. at_most: so many, the last of the lines first; call it again until it returns fewer, or none that is new: what is being stopped stays until its work has ended.';
