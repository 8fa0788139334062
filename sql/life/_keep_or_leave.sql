-- Renews the lease of a deployment that start_now() has started, for its waiter that goes on as its keeper; ends the lease for one that
-- promises no heartbeats. Called by try_start.
create or replace function deploy_queue._keep_or_leave(deployment deploy_queue.deployments, heartbeat boolean, keeper text)
returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deployment;
begin
  if _keep_or_leave.heartbeat then
    select (beat.deployment).* into v_deployment from deploy_queue._beat(array[deployment.id], _keep_or_leave.keeper) as beat;
  elsif deployment.keeper is not distinct from _keep_or_leave.keeper then
    update deploy_queue.deployments
    set heartbeat_timestamp = null, alive_until = null, keeper = null, stop_grace = null
    where deployments.id = deployment.id
    returning deployments.* into v_deployment;
  end if;
  return v_deployment;
end;
$$;
