-- When a keeper that sends no other heartbeat has been silent for too long: _silent_before, seen from its last one; null without
-- one. Called by the functions that tell waiters of a silent blocker.
create or replace function deploy_queue._reaped_at(
  heartbeat_timestamp timestamptz,
  heartbeat_timeout interval
) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when _reaped_at.heartbeat_timestamp is not null
    then greatest(_reaped_at.heartbeat_timestamp, pg_postmaster_start_time()) + _reaped_at.heartbeat_timeout
  end;
end;
$$;
