-- Adds an environment or changes its policies; what is not given stays as it is.
-- Called by clients; plain INSERT and UPDATE of the table do the same.
create or replace function deploy_queue.set_environment(
  environment text,
  buffer_time interval default null,
  heartbeat_timeout interval default null,
  max_duration interval default null,
  retention interval default null,
  unkept_after interval default null
) returns deploy_queue.environments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment deploy_queue.environments;
begin
  perform deploy_queue._require_right(set_environment.environment);

  insert into deploy_queue.environments as existing (environment, buffer_time, heartbeat_timeout, max_duration, retention, unkept_after)
  values (
    set_environment.environment,
    coalesce(set_environment.buffer_time, '0'),
    coalesce(set_environment.heartbeat_timeout, '15 minutes'),
    set_environment.max_duration,
    set_environment.retention,
    coalesce(set_environment.unkept_after, '1 hour')
  )
  on conflict on constraint environments_pkey do update
  set buffer_time = coalesce(set_environment.buffer_time, existing.buffer_time),
    heartbeat_timeout = coalesce(set_environment.heartbeat_timeout, existing.heartbeat_timeout),
    max_duration = coalesce(set_environment.max_duration, existing.max_duration),
    retention = coalesce(set_environment.retention, existing.retention),
    unkept_after = coalesce(set_environment.unkept_after, existing.unkept_after)
  returning existing.* into v_environment;
  return v_environment;
end;
$$;

comment on function deploy_queue.set_environment(text, interval, interval, interval, interval, interval) is
  'Adds an environment or changes its policies; a null argument leaves that policy as it is. Returns the environment.';
