-- The blockers of a deployment in a cell with several slots: none while the others, ahead of it or holding a slot, leave one free. A
-- component may take fewer slots than there are: those of it that wait for that keep no other component waiting. "until" is when enough
-- slots are free, or when that blocker itself ends, if that is earlier.
-- Called by _blockers.
create or replace function deploy_queue._crowd(
  candidate deploy_queue.deployments,
  policy deploy_queue.policies,
  at_most integer
)
returns table (kind text, until timestamptz, blocker deploy_queue.deployments)
language plpgsql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_of_one_slot deploy_queue.policies := policy;
  v_component_slots integer := (
    select demands.component_slots from deploy_queue._demands(candidate.environment, candidate.component) as demands
  );
begin
  v_of_one_slot.slots := 1;
  return query
  with obstacles as materialized (
    select found.*, deploy_queue._exclusion_key(found.blocker) as exclusion_key, (found.blocker).component as component
    from deploy_queue._blockers(candidate, v_of_one_slot, null) as found
  ),
  -- Deployments with one key share a slot, which is free when all of them have ended.
  shared as (
    select obstacles.exclusion_key, min(obstacles.component) as component, bool_and(obstacles.kind = 'queued') as waits,
      min((obstacles.blocker).id) as first_id, max(coalesce(obstacles.until, 'infinity')) as ends
    from obstacles
    group by obstacles.exclusion_key
  ),
  counted as materialized (
    select shared.*,
      own.slots is null
        or row_number() over (partition by shared.component order by shared.waits, shared.first_id) <= own.slots as takes_slot
    from shared
    left join deploy_queue.component_policies as own
      on own.environment = candidate.environment and own.component = shared.component
  ),
  -- When enough of them have ended; null where enough slots are free now.
  cell as (
    select (array_agg(counted.ends order by counted.ends) filter (where counted.takes_slot))[
      count(*) filter (where counted.takes_slot) - policy.slots + 1] as is_free_at
    from counted
  ),
  component as (
    select (array_agg(counted.ends order by counted.ends))[count(*) - v_component_slots + 1] as is_free_at
    from counted
    where counted.component = candidate.component
  )
  select obstacles.kind,
    nullif(least(coalesce(obstacles.until, 'infinity'), greatest(cell.is_free_at, component.is_free_at)), 'infinity'),
    obstacles.blocker
  from obstacles
  join counted on counted.exclusion_key = obstacles.exclusion_key
  cross join cell
  cross join component
  where (cell.is_free_at is not null and counted.takes_slot)
    or (component.is_free_at is not null and counted.component = candidate.component)
  limit _crowd.at_most;
end;
$$;
