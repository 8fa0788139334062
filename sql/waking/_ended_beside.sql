-- The deployments of a cell that the same statement has ended as one that has ended or moved, and whose own wake-ups are still to come, as
-- they were. The triggers of a statement fire when all its rows are written, and free one slot each; an event tells that a trigger has been
-- there (tg_deployments__record). Called by _is_eased.
create or replace function deploy_queue._ended_beside(before deploy_queue.deployments) returns deploy_queue.deployments[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_beside deploy_queue.deployments[] := '{}';
  v_other deploy_queue.deployments;
begin
  for v_other in
    select other.*
    from deploy_queue.deployments as own
    join deploy_queue.deployments as other on other.cell_id = own.cell_id and other.id <> own.id and other.xmin = own.xmin
    where own.id = before.id
      -- An index of each moment finds the few that ended of late.
      and (other.finish_timestamp > deploy_queue._now() - interval '1 hour'
        or other.cancellation_timestamp > deploy_queue._now() - interval '1 hour')
      -- The statement may also have written what ended before.
      and not exists (
        select from deploy_queue.deployment_events as event
        where event.deployment_id = other.id and event.kind in ('finished', 'cancelled', 'failed', 'reaped', 'rejected')
      )
  loop
    v_other.finish_timestamp := null;
    v_other.cancellation_timestamp := null;
    v_beside := v_beside || v_other;
  end loop;
  return v_beside;
end;
$$;
