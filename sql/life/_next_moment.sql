-- When time alone changes something for a waiting deployment, as far as that is known: all it waits for ends, the holder may be reaped or
-- asked to stop, or it must have started. Called by _look_again_in and _news_of.
create or replace function deploy_queue._next_moment(
  deployment deploy_queue.deployments,
  reasons deploy_queue.reason[]
) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_until timestamptz := (
    select case when not bool_or(reason.until is null) then max(reason.until) end from unnest(_next_moment.reasons) as reason
  );
  v_reaped timestamptz;
begin
  -- Only the first in line may start then, so only that one looks.
  if 'queued' <> all (array(select reason.kind from unnest(_next_moment.reasons) as reason)) then
    v_reaped := (
      select min(ends.moment)
      from unnest(_next_moment.reasons) as reason
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
  return least(v_until, v_reaped, deployment.not_after);
end;
$$;
