-- The newest queued or running deployment with this url; no row when there is none.
-- Called by keepers that know only the job.
create or replace function deploy_queue.live_deployment_by_url(url text) returns setof deploy_queue.deployments
language sql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select deployments.*
  from deploy_queue.deployments
  where deployments.id = (
    select max(live.id)
    from deploy_queue._live_deployments as live
    -- A staged deployment without a waiter has no job yet.
    where live.url = $1 and (live.hold is distinct from 'outside' or live.heartbeat_timestamp is not null)
  );
$$;

comment on function deploy_queue.live_deployment_by_url(text) is
  'The newest queued or running deployment with this url, if there is one.';
