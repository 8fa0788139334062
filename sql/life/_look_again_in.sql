-- After how long a waiter looks again, and a keeper sends a heartbeat: an interval of heartbeats, or sooner when time alone changes
-- something. Called by try_start.
create or replace function deploy_queue._look_again_in(
  deployment deploy_queue.deployments,
  reasons deploy_queue.reason[]
) returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_interval interval := (
    select demands.heartbeat_interval from deploy_queue._demands(deployment.environment, deployment.component) as demands
  );
begin
  if deployment.start_timestamp is not null then
    return v_interval;
  end if;
  return least(v_interval, deploy_queue._next_moment(deployment, _look_again_in.reasons) - deploy_queue._now());
end;
$$;
