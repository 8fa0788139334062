-- Tells that the work of a deployment is done and is being checked. It holds its cell as before, until it is finished or has failed.
-- Called by its keeper; a plain UPDATE of verifying_since does the same.
create or replace function deploy_queue.begin_verification(deployment_id bigint, keeper text default null)
returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  update deploy_queue.deployments
  set verifying_since = deploy_queue._now()
  where deployments.id = begin_verification.deployment_id
    and deployments.verifying_since is null
    and deployments.keeper is not distinct from coalesce(begin_verification.keeper, deployments.keeper)
  returning deployments.* into v_deployment;

  if not found then
    v_deployment := deploy_queue._untouched(begin_verification.deployment_id, begin_verification.keeper);
    if deploy_queue._has_ended(v_deployment) then
      perform deploy_queue._refuse_ended(v_deployment);
    end if;
    raise notice '% is already being verified', deploy_queue._label(v_deployment);
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.begin_verification(bigint, text) is
  'Tells that the work of a running deployment is done and is being checked, and returns the deployment: its state is verifying. It holds its cell until finish(verified => true), fail or cancel. Telling it twice is fine. keeper: as for finish().';
