-- How many of those that started have overtaken a waiting deployment: they came later in the line and started while it waited.
-- Called by _line, where a line has any.
create or replace function deploy_queue._overtaken(
  deployment deploy_queue.deployments,
  start_timestamps timestamptz[],
  places bigint[]
) returns integer
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select count(*)
    from unnest(_overtaken.start_timestamps, _overtaken.places) as started (start_timestamp, place)
    where started.start_timestamp > deployment.created_at
      and started.place > coalesce(deployment.place, deployment.id)
  );
end;
$$;
