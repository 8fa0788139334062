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
    select environments.environment, deploy_queue._policy(environments.environment, null) as policy from deploy_queue.environments
  )
  select head.*
  from (
    select distinct queued.cell_id, queued.environment from deploy_queue._queued as queued
  ) as line
  join policies on policies.environment = line.environment
  join deploy_queue.cells on cells.id = line.cell_id
  cross join lateral (select deploy_queue._with_slots(policies.policy, cells.slots) as policy offset 0) as there
  cross join lateral deploy_queue._heads(line.cell_id, there.policy) as head
  -- What joins a holder is in no line.
  where head.joined_id is null and deploy_queue._may_start(head, true, there.policy);
end;
$$;
