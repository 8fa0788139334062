-- How long a keeper of this component counts as alive after a heartbeat.
-- Called by what begins or renews a lease.
create or replace function deploy_queue._lease(environment text, component text) returns interval
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select demands.heartbeat_timeout from deploy_queue._demands(_lease.environment, _lease.component) as demands);
end;
$$;
