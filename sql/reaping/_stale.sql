-- Those of the given deployments that are to be reaped: their heartbeats stopped, they run for too long, or they did not start
-- in time. Called by _reap, and by try_start for what it waits for.
create or replace function deploy_queue._stale(deployment_ids bigint[]) returns setof bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  return query
  -- Computed once for each environment, not for each deployment: a thousand may be in line.
  with limits as materialized (
    select environments.environment, environments.max_duration,
      deploy_queue._silent_before(environments.heartbeat_timeout) as silent_before
    from deploy_queue.environments
    where deploy_queue._may_change(environments.environment)
  )
  select deployments.id
  from unnest(_stale.deployment_ids) as given (id)
  cross join lateral (
    -- OFFSET makes PostgreSQL look up the key, whatever its statistics say about deployments that have not ended.
    select * from deploy_queue.deployments as one where one.id = given.id offset 0
  ) as deployments
  join limits on limits.environment = deployments.environment
  where deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
    and (
      deployments.heartbeat_timestamp < limits.silent_before
      or deployments.start_timestamp < v_now - coalesce(deployments.max_duration, limits.max_duration)
      or (deployments.start_timestamp is null and deployments.not_after <= v_now)
    );
end;
$$;
