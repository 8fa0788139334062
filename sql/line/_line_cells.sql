-- The cells whose lines are played, each with the policy of its environment. For a candidate these are the given cells. Otherwise
-- these are the cells in which a deployment waits, with their oldest entry and first place, which tell the deployments that overtook.
-- Called by _line_members. Without given cells, it returns all.
create or replace function deploy_queue._line_cells(candidate deploy_queue.deployments, cell_ids integer[])
returns table (id integer, policy deploy_queue.policies, waits_since timestamptz, first_place bigint)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  if candidate is distinct from null then
    return query
    select asked.id, deploy_queue._policy(candidate.environment, asked.id), null::timestamptz, null::bigint
    from unnest(cell_ids) as asked (id);
    return;
  end if;

  return query
  with policies as materialized (
    select environments.environment, deploy_queue._policy(environments.environment, null) as policy from deploy_queue.environments
  )
  select asked.id, deploy_queue._with_slots(policies.policy, cells.slots), asked.waits_since, asked.first_place
  from (
    select queued.cell_id as id, min(queued.environment) as environment, min(queued.created_at) as waits_since,
      min(coalesce(queued.place, queued.id)) as first_place
    from deploy_queue._queued as queued
    where queued.hold is distinct from 'outside'
      and (cell_ids is null or queued.cell_id = any (cell_ids))
    group by queued.cell_id
  ) as asked
  join policies on policies.environment = asked.environment
  join deploy_queue.cells on cells.id = asked.id;
end;
$$;
