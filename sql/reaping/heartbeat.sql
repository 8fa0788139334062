-- Proves that the keeper of a deployment is alive. An ended deployment comes back unchanged, so its keeper can stop.
-- Called by the keeper, every environments.heartbeat_interval.
create or replace function deploy_queue.heartbeat(deployment_id bigint) returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  perform deploy_queue._require_right_to(heartbeat.deployment_id);

  -- No cell lock: a heartbeat decides nothing.
  update deploy_queue.deployments
  set heartbeat_timestamp = deploy_queue._now()
  where deployments.id = heartbeat.deployment_id
    and deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
  returning deployments.* into v_deployment;

  return case when found then v_deployment else deploy_queue._deployment(heartbeat.deployment_id) end;
end;
$$;

comment on function deploy_queue.heartbeat(bigint) is
  'Records that the keeper of this deployment is alive and returns the deployment; an ended one is returned unchanged.';
