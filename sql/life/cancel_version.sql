-- Cancels whatever is queued or running of one version of a component, in every cell or in those of a place.
-- Called by clients, to pull a bad release back.
create or replace function deploy_queue.cancel_version(
  component text,
  version text,
  cancellation_note text default null,
  environment text default null,
  cloud_provider text default null,
  region text default null,
  cell_index integer default null,
  queued_only boolean default false,
  at_most integer default null
) returns setof deploy_queue.deployments
language sql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select cancelled.*
  from deploy_queue._cancel_each(
    array(
      select live.id
      from deploy_queue.live_deployments($1, $2, $4, $5, $6, $7) as live
      -- To live_deployments, null means all.
      where $1 is not null and $2 is not null
        and (live.start_timestamp is null or not $8)
      order by live.stop_timestamp is not null, live.start_timestamp is not null, live.priority, coalesce(live.place, live.id) desc
      limit $9
    ),
    $3,
    queued_only => $8
  ) as cancelled;
$$;

comment on function deploy_queue.cancel_version(text, text, text, text, text, text, integer, boolean, integer) is
  'Cancels every queued or running deployment of this version of the component, everywhere or in one place, and returns them: none where nothing of it is queued or running, also of a version that is not known. queued_only and at_most: as for cancel_location().';
