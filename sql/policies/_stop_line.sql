-- Stops the line of a cell, or gives another reason to one that is stopped. Called by hold_line, and when a deployment has failed whose
-- policy says so, under the lock of the cell.
create or replace function deploy_queue._stop_line(cell deploy_queue.cells, reason text, deployment_id bigint) returns deploy_queue.line_holds
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_held deploy_queue.line_holds;
begin
  insert into deploy_queue.line_holds as held (cell_id, environment, deployment_id, reason, actor, held_at)
  values (cell.id, cell.environment, _stop_line.deployment_id, _stop_line.reason, deploy_queue._actor(), deploy_queue._now())
  on conflict on constraint line_holds_pkey do update
  set deployment_id = excluded.deployment_id, reason = excluded.reason, actor = excluded.actor, held_at = excluded.held_at
  returning held.* into v_held;
  insert into deploy_queue.deployment_events (kind, deployment_id, environment, cloud_provider, region, cell_index, reason, detail)
  values (
    'line-held', v_held.deployment_id, cell.environment, cell.cloud_provider, cell.region, cell.cell_index, v_held.reason,
    jsonb_build_object('cell_id', cell.id)
  );
  return v_held;
end;
$$;
