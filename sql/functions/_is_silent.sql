-- Whether a deployment has sent no heartbeat for longer than it may. Not for as long as the database itself has not been up
-- for that long: while it was away, nobody could send one.
-- Called by the reaper and by stuck_deployments.
create or replace function deploy_queue._is_silent(
  heartbeat_timestamp timestamptz,
  heartbeat_timeout interval
) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_latest timestamptz := deploy_queue._now() - _is_silent.heartbeat_timeout;
begin
  return _is_silent.heartbeat_timestamp < v_latest and pg_postmaster_start_time() < v_latest;
end;
$$;
