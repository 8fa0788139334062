-- The queued deployments of a cell that no other queued deployment keeps waiting: the first of the line and, while they
-- have its concurrency key, those right behind it; and those whom a freeze lets pass. Called by the wake-ups.
create or replace function deploy_queue._heads(cell_id integer) returns setof deploy_queue.deployments
language plpgsql stable rows 2
security definer
set search_path = pg_catalog, pg_temp
-- Planning anew for each cell would take longer than the rest.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_queued deploy_queue.deployments;
  v_first_key text;
  v_is_first boolean := true;
  -- Whoever stands behind a deployment with another key is blocked by it, and so is everybody further back, except ...
  v_is_over boolean := false;
  v_exceptions boolean;
begin
  for v_queued in
    select *
    from deploy_queue.deployments
    where deployments.cell_id = _heads.cell_id
      and deployments.start_timestamp is null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
    order by deployments.cell_id, - deployments.priority, coalesce(deployments.place, deployments.id)
  loop
    continue when v_queued.hold = 'outside';

    v_exceptions := coalesce(v_exceptions, exists (
      select
      from deploy_queue.freezes
      where freezes.environment = v_queued.environment
        and freezes.lifted_at is null
        and (freezes.allow_key is not null or freezes.allow_role is not null)
    ));
    if not v_is_over and (v_is_first or v_queued.concurrency_key = v_first_key) then
      return next v_queued;
    elsif v_exceptions
      and deploy_queue._is_exception(v_queued)
      and not exists (select from deploy_queue._waiting_on(v_queued, null) as reason where reason.kind = 'queued')
    then
      return next v_queued;
    end if;

    -- Until it is to start, it lets others pass.
    continue when v_queued.not_before > v_now;
    v_is_over := v_is_over or not (v_is_first or coalesce(v_queued.concurrency_key = v_first_key, false));
    exit when v_is_over and not v_exceptions;
    v_first_key := v_queued.concurrency_key;
    v_is_first := false;
  end loop;
end;
$$;
