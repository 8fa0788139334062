-- The deployment with this id; an unknown id is an error.
-- Called by the functions that read one deployment.
create or replace function deploy_queue._deployment(deployment_id bigint) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  select * into v_deployment
  from deploy_queue.deployments
  where deployments.id = _deployment.deployment_id;

  if not found then
    raise exception using
      errcode = 'QD001',
      message = format('deployment %s does not exist', coalesce(_deployment.deployment_id::text, 'null')),
      hint = 'Ids come from deploy_queue.enqueue() and stand in deploy_queue.queue and deploy_queue.current_deployments.';
  end if;

  return v_deployment;
end;
$$;
