-- Those of the given deployments whose end does not wait for their keeper: their lease is over, they ran for too long and were not
-- asked to stop yet, or they did not start in time. Called by _reap, and by try_start for what it waits for.
create or replace function deploy_queue._stale(deployment_ids bigint[]) returns setof bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_server deploy_queue.availability := deploy_queue._availability();
begin
  return query
  -- Once an environment, not once a deployment: a thousand may be in line.
  with own as materialized (
    select environments.environment, environments.max_duration
    from deploy_queue.environments
    where deploy_queue._may_change(environments.environment)
  )
  select deployments.id
  from unnest(_stale.deployment_ids) as given (id)
  cross join lateral (
    -- By its key, whatever statistics say about those that have not ended.
    select * from deploy_queue.deployments as one where one.id = given.id offset 0
  ) as deployments
  join own on own.environment = deployments.environment
  left join deploy_queue.component_policies as particular
    on particular.environment = deployments.environment and particular.component = deployments.component
  where deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
    and (
      deploy_queue._lease_ends(deployments.heartbeat_timestamp, deployments.alive_until, v_server) < v_now
      or (
        deployments.start_timestamp < v_now - coalesce(deployments.max_duration, particular.max_duration, own.max_duration)
        and deployments.stop_timestamp is null
      )
      or (deployments.start_timestamp is null and least(deployments.not_after, deployments.reserved_until) <= v_now)
    );
end;
$$;
