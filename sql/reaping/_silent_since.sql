-- The last heartbeat of a live deployment, once two of them are missing; null while they come, and when none were promised.
-- Called by what tells those who wait for it.
create or replace function deploy_queue._silent_since(heartbeat_timestamp timestamptz, policy deploy_queue.policies)
returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when _silent_since.heartbeat_timestamp < policy.as_of - 2 * policy.heartbeat_interval
    then _silent_since.heartbeat_timestamp
  end;
end;
$$;
