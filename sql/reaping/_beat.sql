-- Renews the leases of those of the given deployments that have not ended and have no other keeper, in one statement and without a
-- trigger for each. Called by heartbeat and heartbeats, and by try_start, whose look is a sign of life.
create or replace function deploy_queue._beat(deployment_ids bigint[], keeper text)
returns table (beat_again_in interval, ends_by timestamptz, deployment deploy_queue.deployments)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz;
begin
  perform deploy_queue._note_write();
  v_now := deploy_queue._now();
  -- No lock of a cell: a heartbeat decides nothing.
  return query
  update deploy_queue.deployments as beating
  set heartbeat_timestamp = v_now,
    alive_until = v_now + demands.heartbeat_timeout,
    kept = true
  from deploy_queue.deployments as given
  cross join lateral deploy_queue._demands(given.environment, given.component) as demands
  where given.id = any (_beat.deployment_ids)
    and beating.id = given.id
    and beating.finish_timestamp is null
    and beating.cancellation_timestamp is null
    and (beating.keeper <> _beat.keeper) is not true
  returning demands.heartbeat_interval,
    beating.start_timestamp + coalesce(beating.max_duration, demands.max_duration), beating;
end;
$$;
