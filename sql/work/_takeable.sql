-- What an agent may take now, or soon: the heads of lines among that which waits for its targets, and what an operator has started past the rules.
-- Called by take_work.
create or replace function deploy_queue._takeable(agent_id integer) returns setof deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_waiting bigint[] := array(select waiting.id from deploy_queue._waiting_work(_takeable.agent_id) as waiting);
begin
  return query
  select (running.deployment).*
  from deploy_queue.agent_targets
  join deploy_queue.targets using (target)
  join deploy_queue.cells using (environment, cloud_provider, region, cell_index)
  join deploy_queue._running as running on running.cell_id = cells.id and running.keeper = 'target ' || targets.target
  join deploy_queue.work on work.deployment_id = running.id
  where agent_targets.agent_id = _takeable.agent_id and running.forced and running.stop_timestamp is null
    and deploy_queue._may_change(targets.environment);

  return query
  select head.*
  from (
    select queued.cell_id, min(queued.created_at) as first_at
    from deploy_queue._queued as queued
    where queued.id = any (v_waiting)
    group by queued.cell_id
  ) as line
  cross join lateral deploy_queue._heads(line.cell_id) as head
  where head.id = any (v_waiting)
  order by line.first_at, head.id;
end;
$$;
