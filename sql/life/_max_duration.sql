-- How long a deployment may run: its own limit, else that of its environment; null is no limit.
-- Called by the triggers that start it.
create or replace function deploy_queue._max_duration(deployment deploy_queue.deployments) returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(deployment.max_duration, (
    select environments.max_duration from deploy_queue.environments where environments.environment = deployment.environment
  ));
end;
$$;
