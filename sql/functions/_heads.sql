-- The queued deployments of a cell that no other queued deployment blocks: the first of the line and, while they have
-- its concurrency key, those right behind it. Called by the wake-ups.
create or replace function deploy_queue._heads(cell_id integer) returns setof deploy_queue.deployments
language plpgsql stable rows 2
security definer
set search_path = pg_catalog, pg_temp
-- Planning anew for each cell would take longer than the rest.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_first_key text;
  v_is_first boolean := true;
  v_queued deploy_queue.deployments;
begin
  for v_queued in
    select *
    from deploy_queue.deployments
    where deployments.cell_id = _heads.cell_id
      and deployments.start_timestamp is null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
    order by deployments.cell_id, deployments.id
  loop
    -- Whoever stands behind a deployment with another key is blocked by it, and so is everybody further back.
    exit when not v_is_first and (v_queued.concurrency_key = v_first_key) is not true;
    return next v_queued;
    v_first_key := v_queued.concurrency_key;
    v_is_first := false;
  end loop;
end;
$$;
