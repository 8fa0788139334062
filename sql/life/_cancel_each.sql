-- Cancels those of the given deployments that are queued or running, and returns them; as withdrawn, or with queued_only, those that are queued.
-- Called by the bulk cancels and mark_bad.
create or replace function deploy_queue._cancel_each(
  deployment_ids bigint[],
  cancellation_note text,
  kind deploy_queue.cancellation_kind default null,
  queued_only boolean default false
)
returns setof deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[];
  v_id bigint;
  v_cell_ids integer[];
begin
  perform deploy_queue._require_right(given.environment)
  from (
    select distinct deployments.environment from deploy_queue.deployments where deployments.id = any (_cancel_each.deployment_ids)
  ) as given;

  -- All rows before all cells, each in ascending order: the lock order of all other calls.
  select array_agg(live.id), array_agg(live.cell_id)
  into v_ids, v_cell_ids
  from (
    select deployments.id, deployments.cell_id
    from deploy_queue.deployments
    where deployments.id = any (_cancel_each.deployment_ids)
      and not deploy_queue._has_ended(deployments)
      and (deployments.start_timestamp is null or not (_cancel_each.queued_only or _cancel_each.kind is not distinct from 'withdrawn'))
    order by deployments.cell_id, deployments.id
    for no key update
  ) as live;

  perform deploy_queue._lock_cells(v_cell_ids);

  foreach v_id in array deploy_queue._from_the_end(v_ids) loop
    return query
    update deploy_queue.deployments
    set cancellation_timestamp = deploy_queue._now(),
      cancellation_kind = _cancel_each.kind,
      cancellation_note = _cancel_each.cancellation_note
    where deployments.id = v_id and not deploy_queue._has_ended(deployments)
    returning deployments.*;
  end loop;
end;
$$;
