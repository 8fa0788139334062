-- The waiting deployments whose work is for a target of this agent, where that target still is what they were entered for.
-- Called by keep_work and take_work.
create or replace function deploy_queue._waiting_work(agent_id integer) returns setof deploy_queue.deployments
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select (queued.deployment).*
  from deploy_queue.agent_targets
  join deploy_queue.targets using (target)
  join deploy_queue.cells using (environment, cloud_provider, region, cell_index)
  join deploy_queue._queued as queued on queued.cell_id = cells.id and queued.component = targets.component
  join deploy_queue.work on work.deployment_id = queued.id and work.target = targets.target
  where agent_targets.agent_id = $1 and queued.hold is null
    -- The rights of the agent may have changed since it has registered.
    and deploy_queue._may_change(targets.environment);
$$;
