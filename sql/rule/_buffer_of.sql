-- How long the cell cools down after a deployment.
-- Called by the rule and the forecast.
create or replace function deploy_queue._buffer_of(deployment deploy_queue.deployments, policy deploy_queue.policies) returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not policy.has_component_policies then
    return policy.buffer_time;
  end if;
  return (select demands.buffer_time from deploy_queue._demands(deployment.environment, deployment.component) as demands);
end;
$$;
