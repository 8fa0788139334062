-- A deployment that a call of its keeper did not end, for the answer why not: refused to a caller without the right to it, and when its
-- keeper has another name. Called by finish, fail and confirm_stop.
create or replace function deploy_queue._untouched(deployment_id bigint, keeper text) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  perform deploy_queue._require_right_to(_untouched.deployment_id);
  v_deployment := deploy_queue._deployment(_untouched.deployment_id);
  if v_deployment.keeper is distinct from coalesce(_untouched.keeper, v_deployment.keeper) then
    perform deploy_queue._refuse_other_keeper(v_deployment);
  end if;
  return v_deployment;
end;
$$;
