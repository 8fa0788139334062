-- Locks a deployment and its cell, in that order, and returns the row as it is once both are held.
-- Called by the functions that change one deployment.
create or replace function deploy_queue._lock_deployment(deployment_id bigint) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Row before cell, because a plain UPDATE holds the row when its trigger asks for the cell.
  v_deployment deploy_queue.deployments := deploy_queue._lock_row(_lock_deployment.deployment_id);
begin
  perform deploy_queue._lock_cell(v_deployment.cell_id);
  return v_deployment;
end;
$$;
