-- The queued or running deployment with this url, of this cell if one is given; no row when there is none. Of several it is the newest that
-- the caller has entered, else the oldest: a younger one of another role may only pretend to be it.
-- Called by keepers that know only the job.
create or replace function deploy_queue.live_deployment_by_url(
  url text,
  environment text default null,
  cloud_provider text default null,
  region text default null,
  cell_index integer default null
) returns setof deploy_queue.deployments
language sql stable rows 1
security definer
set search_path = pg_catalog, pg_temp
as $$
  select (live.deployment).*
  from deploy_queue._live_deployments as live
  cross join lateral (select live.entered_by is not distinct from deploy_queue._principal() as is_own) as mine
  where live.url = $1
    and ($2 is null or live.environment = $2)
    and ($3 is null or live.cloud_provider = $3)
    and ($4 is null or live.region = $4)
    and ($5 is null or live.cell_index = $5)
    -- What is only staged has no job yet.
    and (live.hold is distinct from 'outside' or live.heartbeat_timestamp is not null)
  order by mine.is_own desc, case when mine.is_own then - live.id else live.id end
  limit 1;
$$;

comment on function deploy_queue.live_deployment_by_url(text, text, text, text, integer) is
  'The queued or running deployment with this url, of this cell if one is given: the newest that the caller has entered, else the oldest.';
