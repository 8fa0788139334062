-- Refuses a caller that would change a deployment of an environment that it may not change. An unknown id is left to what follows.
-- Called by the functions that change one deployment, before they lock it.
create or replace function deploy_queue._require_right_to(deployment_id bigint) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most callers may change all environments.
  if (deploy_queue._caller()).environments is not null then
    perform deploy_queue._require_right(deployments.environment)
    from deploy_queue.deployments
    where deployments.id = _require_right_to.deployment_id;
  end if;
end;
$$;
