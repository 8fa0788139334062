-- Locks the row of a deployment, which its caller may change, and returns it as it is then.
-- Called by _lock_deployment, and by try_start, which needs the cell only when it may start.
create or replace function deploy_queue._lock_row(deployment_id bigint) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  -- Before the lock: a look that ends with "not yet" would keep it for as long as its transaction lasts.
  perform deploy_queue._require_right_to(_lock_row.deployment_id);

  select * into v_deployment
  from deploy_queue.deployments
  where deployments.id = _lock_row.deployment_id
  for no key update;

  if not found then
    -- This raises the error that the deployment does not exist.
    return deploy_queue._deployment(_lock_row.deployment_id);
  end if;
  return v_deployment;
end;
$$;
