-- Deployments that finished less than their buffer ago. A function for the same reason as _all_queued.
-- Read by the view of current deployments.
create or replace function deploy_queue._buffering() returns setof deploy_queue.deployments
language plpgsql stable rows 20
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  return query
  select finished.*
  from deploy_queue.environments
  cross join lateral (
    select greatest(environments.buffer_time, max(own.buffer_time)) as buffer_time
    from deploy_queue.component_policies as own where own.environment = environments.environment
  ) as longest
  join deploy_queue.cells on cells.environment = environments.environment
  -- OFFSET makes PostgreSQL look into the index for each cell, and never join with all of history.
  cross join lateral (
    select deployments.* from deploy_queue.deployments
    where deployments.cell_id = cells.id
      and deployments.finish_timestamp > v_now - longest.buffer_time
      and deployments.finish_timestamp < v_now + longest.buffer_time
    offset 0
  ) as finished
  cross join lateral deploy_queue._demands(finished.environment, finished.component) as demands
  where longest.buffer_time > interval '0'
    and finished.finish_timestamp > v_now - demands.buffer_time
    and finished.finish_timestamp < v_now + demands.buffer_time;
end;
$$;
