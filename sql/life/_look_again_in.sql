-- After how long a waiter looks again, and a keeper sends a heartbeat: an interval of heartbeats, or sooner when all it waits for
-- ends at known moments, when the holder may be reaped or asked to stop, or when it must have started by then.
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
    select demands.heartbeat_interval from deploy_queue._demands(deployment.environment, deployment.component) as demands
  );
  v_until timestamptz;
  v_reaped timestamptz;
begin
  if deployment.start_timestamp is not null then
    return v_interval;
  end if;
  v_until := (
    select case when not bool_or(reason.until is null) then max(reason.until) end from unnest(_look_again_in.reasons) as reason
  );
  -- Only the first in line may start then, so only that one looks.
  if 'queued' <> all (array(select reason.kind from unnest(_look_again_in.reasons) as reason)) then
    v_reaped := (
      select min(ends.moment)
      from unnest(_look_again_in.reasons) as reason
      join deploy_queue.deployments as holder on holder.id = reason.deployment_id
      cross join lateral deploy_queue._demands(holder.environment, holder.component) as demands
      cross join lateral (
        values
          (deploy_queue._lease_ends(holder.heartbeat_timestamp, holder.alive_until, deploy_queue._availability())),
          (case when holder.stop_timestamp is null then holder.start_timestamp + coalesce(holder.max_duration, demands.max_duration) end)
      ) as ends (moment)
      where reason.kind in ('running', 'verifying', 'stopping') and ends.moment > v_now
    );
  end if;
  return least(v_interval, v_until - v_now, v_reaped - v_now, deployment.not_after - v_now);
end;
$$;
