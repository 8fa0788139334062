-- Cancels every deployment whose heartbeats stopped for longer than the timeout of its environment, or that runs for
-- longer than its maximum duration.
-- Called by clients and the background worker; waiters reap what blocks them without it.
create or replace function deploy_queue.reap_stale_deployments() returns setof deploy_queue.deployments
language sql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select reaped.*
  from deploy_queue._reap(
    array(
      select live.id
      from deploy_queue._live_deployments as live
      where live.heartbeat_timestamp is not null or live.start_timestamp is not null or live.not_after is not null
    )
  ) as reaped;
$$;

comment on function deploy_queue.reap_stale_deployments() is
  'Cancels every queued or running deployment whose heartbeats stopped for longer than environments.heartbeat_timeout, or that runs for longer than its max_duration, or that has not started by its not_after, and returns them.';
