-- Deployments that run, of all cells. A function for the same reason as _all_queued.
-- Read by the views of what is current.
create or replace function deploy_queue._all_running() returns setof deploy_queue.deployments
language plpgsql stable rows 50
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select (running.deployment).* from deploy_queue._running as running;
end;
$$;
