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
  join deploy_queue.cells on cells.environment = environments.environment
  -- OFFSET makes PostgreSQL look into the index for each cell, and never join with all of history.
  cross join lateral (
    select deployments.* from deploy_queue.deployments
    where deployments.cell_id = cells.id
      and deployments.finish_timestamp > v_now - environments.buffer_time
      and deployments.finish_timestamp < v_now + environments.buffer_time
    offset 0
  ) as finished
  where environments.buffer_time > interval '0';
end;
$$;
