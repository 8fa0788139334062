-- After how long a waiter looks again, and a keeper sends a heartbeat: an interval of heartbeats, or sooner when all it waits for
-- ends at known moments, or when it must have started by then.
-- Called by try_start.
create or replace function deploy_queue._look_again_in(
  deployment deploy_queue.deployments,
  reasons deploy_queue.reason[]
) returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_interval interval := (
    select environments.heartbeat_interval
    from deploy_queue.environments
    where environments.environment = deployment.environment
  );
  v_until timestamptz;
begin
  if deployment.start_timestamp is not null then
    return v_interval;
  end if;
  v_until := (
    select case when not bool_or(reason.until is null) then max(reason.until) end from unnest(_look_again_in.reasons) as reason
  );
  return least(v_interval, v_until - v_now, deployment.not_after - v_now);
end;
$$;
