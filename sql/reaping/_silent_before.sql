-- A keeper whose last heartbeat is older than this moment has been silent for too long. Null until the database itself has been up
-- for that time: while it was away, no keeper could send a heartbeat.
-- Called by the reaper and by stuck_deployments.
create or replace function deploy_queue._silent_before(heartbeat_timeout interval) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_latest timestamptz := deploy_queue._now() - _silent_before.heartbeat_timeout;
begin
  return case when pg_postmaster_start_time() < v_latest then v_latest end;
end;
$$;
