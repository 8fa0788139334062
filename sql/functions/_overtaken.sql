-- How many deployments of its cell that came later have started before a queued one.
-- Called by the queue view.
create or replace function deploy_queue._overtaken(waiting deploy_queue.deployments) returns bigint
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  return (
    select count(*)
    from (
      -- Each part has an index of its own.
      select deployments.* from deploy_queue.deployments
      where deployments.cell_id = waiting.cell_id
        and deployments.start_timestamp is not null
        and deployments.finish_timestamp is null
        and deployments.cancellation_timestamp is null
      union all
      select deployments.* from deploy_queue.deployments
      where deployments.cell_id = waiting.cell_id and deployments.finish_timestamp > waiting.created_at
      union all
      select deployments.* from deploy_queue.deployments
      where deployments.cell_id = waiting.cell_id and deployments.cancellation_timestamp > waiting.created_at
    ) as overtaker
    where overtaker.start_timestamp > waiting.created_at
      and coalesce(overtaker.place, overtaker.id) > coalesce(waiting.place, waiting.id)
  );
end;
$$;
