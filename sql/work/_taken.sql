-- The deployment of an agent's targets that this keeper has taken and that runs.
-- Called by take_work.
create or replace function deploy_queue._taken(agent_id integer, keeper text) returns setof deploy_queue.deployments
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select (running.deployment).*
  from deploy_queue.agent_targets
  join deploy_queue.targets using (target)
  join deploy_queue.cells using (environment, cloud_provider, region, cell_index)
  join deploy_queue._running as running on running.cell_id = cells.id and running.keeper = $2
  join deploy_queue.work on work.deployment_id = running.id
  where agent_targets.agent_id = $1
  limit 1;
$$;
