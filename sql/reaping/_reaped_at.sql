-- When whoever sends no other heartbeat will have been silent for too long: _silent_before, seen from its last one.
-- Called by _line and explain, for those whom one waits for.
create or replace function deploy_queue._reaped_at(
  heartbeat_timestamp timestamptz,
  heartbeat_timeout interval
) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return greatest(_reaped_at.heartbeat_timestamp, pg_postmaster_start_time()) + _reaped_at.heartbeat_timeout;
end;
$$;
