-- How long a keeper of this environment counts as alive after a heartbeat.
-- Called by what begins or renews a lease.
create or replace function deploy_queue._lease(environment text) returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select environments.heartbeat_timeout from deploy_queue.environments where environments.environment = _lease.environment
  );
end;
$$;
