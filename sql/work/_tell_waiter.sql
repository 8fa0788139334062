-- Notifies the process that waits for a deployment; where agents wait for it, their target is its keeper, and all of them are told.
-- Called by everything that wakes a waiter.
create or replace function deploy_queue._tell_waiter(waiter deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._tell(waiter.id);
  if starts_with(waiter.keeper, 'target ') then
    perform deploy_queue._tell_agents(substr(waiter.keeper, 8));
  end if;
end;
$$;
