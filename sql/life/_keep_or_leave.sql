-- A deployment that runs already, for a keeper that asks for its start: with its lease renewed, since the keeper counts it from the call
-- that is answered. What start_now() has started has the lease of its wait, which ends when its waiter promises no heartbeats.
-- Called by try_start.
create or replace function deploy_queue._keep_or_leave(
  deployment deploy_queue.deployments,
  heartbeat boolean,
  keeper text,
  first_beat_within interval
) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deployment;
begin
  if _keep_or_leave.heartbeat then
    v_deployment := deploy_queue._renewed(deployment, _keep_or_leave.first_beat_within);
  elsif deployment.forced and deployment.alive_until is not null and deployment.keeper is not distinct from _keep_or_leave.keeper then
    update deploy_queue.deployments
    set heartbeat_timestamp = null, alive_until = null, keeper = null, stop_grace = null
    where deployments.id = deployment.id
    returning deployments.* into v_deployment;
  end if;
  return v_deployment;
end;
$$;
