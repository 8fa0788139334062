-- Deployments that wait, of all cells. A function, which says how few they are: planned as a part of a view, they are a share of all
-- history, and a server that compiles expensive plans spends more time on that than on everything else.
-- Read by the views of what is current.
create or replace function deploy_queue._all_queued() returns setof deploy_queue.deployments
language plpgsql stable rows 50
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select (queued.deployment).* from deploy_queue._queued as queued;
end;
$$;
