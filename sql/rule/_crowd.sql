-- The blockers of a deployment in a cell with several slots: none while the others, ahead of it or holding a slot, leave one free. A
-- component may take fewer slots than there are: those of it that wait for that keep no other component waiting. "until" is when enough
-- slots are free, or when that blocker itself ends, if that is earlier. also: more in its way, as they were before they ended or moved.
-- Called by _blockers and, with also, by the wake-ups.
create or replace function deploy_queue._crowd(
  candidate deploy_queue.deployments,
  policy deploy_queue.policies,
  at_most integer,
  also deploy_queue.deployments[] default null
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
    from (
      select * from deploy_queue._blockers(candidate, v_of_one_slot, null)
      union all
      select case when gone.start_timestamp is null then 'queued' else 'running' end, gone.reserved_until, gone
      from unnest(also) as gone
      where (gone.concurrency_key = candidate.concurrency_key) is not true
        and (gone.start_timestamp is not null or (
          deploy_queue._precedes(gone, deploy_queue._stand(candidate), policy.as_of) and not deploy_queue._overtakes(candidate, gone)
        ))
    ) as found
  ),
  -- Deployments with one key share a slot, which is free when all of them have ended. Those of a component take its slots in their order.
  shared as (
    select obstacles.exclusion_key, obstacles.component,
      row_number() over (
        partition by obstacles.component
        order by bool_and(obstacles.kind = 'queued'),
          min(array[- (obstacles.blocker).priority, coalesce((obstacles.blocker).place, (obstacles.blocker).id)])
      ) as number,
      bool_and(obstacles.kind = 'queued') as waits,
      max(coalesce(obstacles.until, 'infinity')) as ends
    from obstacles
    group by obstacles.exclusion_key, obstacles.component
  ),
  taken as materialized (
    select shared.exclusion_key, max(shared.ends) as ends
    from shared
    left join deploy_queue.component_policies as own
      on own.environment = candidate.environment and own.component = shared.component
    group by shared.exclusion_key
    having bool_or(own.slots is null or not shared.waits or shared.number <= own.slots)
  ),
  -- When enough of them have ended; null where enough slots are free now.
  cell as (
    select (array_agg(taken.ends order by taken.ends))[count(*) - policy.slots + 1] as is_free_at from taken
  ),
  component as (
    select (array_agg(shared.ends order by shared.ends))[count(*) - v_component_slots + 1] as is_free_at
    from shared
    where shared.component = candidate.component
  )
  select obstacles.kind,
    nullif(least(coalesce(obstacles.until, 'infinity'), greatest(cell.is_free_at, component.is_free_at)), 'infinity'),
    obstacles.blocker
  from obstacles
  left join taken on taken.exclusion_key = obstacles.exclusion_key
  cross join cell
  cross join component
  where (cell.is_free_at is not null and taken.exclusion_key is not null)
    or (component.is_free_at is not null and obstacles.component = candidate.component)
  limit _crowd.at_most;
end;
$$;
