-- Cancels every deployment whose lease is over or that did not start in time, and asks the keepers of those that run for longer than their
-- maximum duration to stop.
-- Called by clients and the background worker; waiters reap what blocks them without it.
create or replace function deploy_queue.reap_stale_deployments() returns setof deploy_queue.deployments
language sql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select deploy_queue._note_expired_freezes();
  select reaped.*
  from deploy_queue._reap(
    array(
      select live.id
      from deploy_queue._live_deployments as live
      where live.alive_until is not null or live.start_timestamp is not null or num_nonnulls(live.not_after, live.reserved_until) > 0
    )
  ) as reaped;
$$;

comment on function deploy_queue.reap_stale_deployments() is
  'Cancels every queued or running deployment whose lease is over, or that has not started by its not_after or was not redeemed in time; one that runs for longer than its max_duration is asked to stop when it is kept, and cancelled otherwise. Returns them.';
