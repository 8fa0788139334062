-- The queued deployments of a cell that no other queued deployment keeps waiting: the first of the line, right behind it
-- those with its concurrency key, and those who may pass. Called by the wake-ups.
create or replace function deploy_queue._heads(cell_id integer) returns setof deploy_queue.deployments
language plpgsql stable rows 2
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_queued deploy_queue.deployments;
  v_ahead deploy_queue.deployments[] := '{}';
  -- Whether a freeze could let somebody further back pass.
  v_exceptions boolean;
  -- Whether it is not to start yet, and lets others pass.
  v_waits boolean;
begin
  for v_queued in
    select *
    from deploy_queue.deployments
    where deployments.cell_id = _heads.cell_id
      and deployments.start_timestamp is null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
      and deployments.hold is distinct from 'outside'
    order by deployments.cell_id, - deployments.priority, coalesce(deployments.place, deployments.id)
  loop
    v_waits := coalesce(v_queued.not_before > v_now, false);
    v_exceptions := coalesce(v_exceptions, exists (
      select from deploy_queue._freezes(v_queued) as placed
      where placed.allow_key is not null or placed.allow_role is not null
    ));

    if not exists (
      select
      from unnest(v_ahead) as ahead
      where (ahead.concurrency_key = v_queued.concurrency_key) is not true
        and not (v_exceptions and deploy_queue._overtakes(v_queued, ahead))
    ) then
      return next v_queued;
    elsif not v_exceptions and not v_waits then
      -- Whoever stands behind two different keys is blocked by one of them, and so is everybody further back.
      return;
    end if;

    if not v_waits then
      v_ahead := array_append(v_ahead, v_queued);
    end if;
  end loop;
end;
$$;
