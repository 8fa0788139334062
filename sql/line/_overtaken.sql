-- How many of those that have started have overtaken a waiting deployment: they came later in the line and started while it waited.
-- Called by _line, where any has started.
create or replace function deploy_queue._overtaken(
  deployment deploy_queue.deployments,
  starters deploy_queue.deployments[]
) returns integer
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select count(*)
    from unnest(_overtaken.starters) as started
    where started.start_timestamp > deployment.created_at
      and coalesce(started.place, started.id) > coalesce(deployment.place, deployment.id)
  );
end;
$$;
