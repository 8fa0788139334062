-- The heads of all lines that nothing keeps from starting.
-- Called by stuck_deployments.
create or replace function deploy_queue._free_heads() returns setof deploy_queue.deployments
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with policies as materialized (
    select environments.environment, deploy_queue._policy(environments.environment) as policy from deploy_queue.environments
  )
  select head.*
  from (
    select distinct queued.cell_id, queued.environment from deploy_queue._queued as queued
  ) as line
  join policies on policies.environment = line.environment
  cross join lateral deploy_queue._heads(line.cell_id, policies.policy) as head
  -- What joins a holder is in no line.
  where head.joined_id is null and deploy_queue._may_start(head, true, policies.policy);
end;
$$;
