-- The deployments that the statement which ended or moved a deployment has ended in the same cell, of those with a higher id, as they were.
-- Rows that one statement has written have the same xmin and cmin. The triggers of a statement fire when all its rows are written, and
-- free one slot each: that of the lowest id first. Called by _is_eased.
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
    join deploy_queue.deployments as other
      on other.cell_id = own.cell_id and other.id > own.id and other.xmin = own.xmin and other.cmin = own.cmin
    where own.id = before.id
      -- An index of each moment finds the few that ended of late.
      and (other.finish_timestamp > deploy_queue._now() - interval '1 hour'
        or other.cancellation_timestamp > deploy_queue._now() - interval '1 hour')
  loop
    v_other.finish_timestamp := null;
    v_other.cancellation_timestamp := null;
    v_beside := v_beside || v_other;
  end loop;
  return v_beside;
end;
$$;
