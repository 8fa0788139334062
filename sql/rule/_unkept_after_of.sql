-- After how long a deployment without a keeper is told of; null where a maximum duration ends it.
-- Called by what tells those who wait.
create or replace function deploy_queue._unkept_after_of(deployment deploy_queue.deployments, policy deploy_queue.policies) returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not policy.has_component_policies then
    return policy.unkept_after;
  end if;
  return (select demands.unkept_after from deploy_queue._demands(deployment.environment, deployment.component) as demands);
end;
$$;
