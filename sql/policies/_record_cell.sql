-- Leaves an event that a cell was added or retired, or has another number of slots.
-- Called by add_cell, retire_cell and set_cell.
create or replace function deploy_queue._record_cell(cell deploy_queue.cells, change text, changes jsonb default '{}') returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deploy_queue.deployment_events (kind, environment, cloud_provider, region, cell_index, reason, detail)
  values (
    'configured', cell.environment, cell.cloud_provider, cell.region, cell.cell_index, 'cell ' || _record_cell.change,
    jsonb_build_object('table', 'cells', 'change', _record_cell.change, 'changes', _record_cell.changes)
  );
end;
$$;
