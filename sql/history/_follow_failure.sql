-- Stops the line of the cell in which a deployment has failed, where its policy says so.
-- Called when the failure was recorded, under the lock of the cell and before those that wait are woken.
create or replace function deploy_queue._follow_failure(failed deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if (select demands.hold_after_failure from deploy_queue._demands(failed.environment, failed.component) as demands) then
    perform deploy_queue._stop_line(cells, deploy_queue._label(failed) || ' has failed', failed.id)
    from deploy_queue.cells
    where cells.id = failed.cell_id;
  end if;
end;
$$;
