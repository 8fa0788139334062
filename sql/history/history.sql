-- What happened to a deployment, in order.
-- Called by the command line and by people.
create or replace function deploy_queue.history(deployment_id bigint) returns setof deploy_queue.deployment_events
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(history.deployment_id);
begin
  return query
  select deployment_events.*
  from deploy_queue.deployment_events
  where deployment_events.deployment_id = v_deployment.id
  order by deployment_events.id;
end;
$$;

comment on function deploy_queue.history(bigint) is
  'The events of this deployment, in order: what happened, when, by whom, from where and why.';
