-- Lets the line of a cell go on that was stopped, by hand or after a failure. One that goes on already is left as it is.
-- Called by operators who have looked at the cell.
create or replace function deploy_queue.release_line(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  reason text default null
) returns deploy_queue.line_holds
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell deploy_queue.cells := deploy_queue._known_cell(
    release_line.environment, release_line.cloud_provider, release_line.region, release_line.cell_index
  );
  v_turns jsonb := deploy_queue._turns(array[v_cell.id]);
  v_held deploy_queue.line_holds;
begin
  delete from deploy_queue.line_holds as held where held.cell_id = v_cell.id returning held.* into v_held;
  if not found then
    raise notice '% is not held', deploy_queue._cell_name(v_cell.environment, v_cell.cloud_provider, v_cell.region, v_cell.cell_index);
    return null;
  end if;
  insert into deploy_queue.deployment_events (kind, deployment_id, environment, cloud_provider, region, cell_index, reason, detail)
  values (
    'line-released', v_held.deployment_id, v_cell.environment, v_cell.cloud_provider, v_cell.region, v_cell.cell_index,
    release_line.reason, jsonb_build_object('cell_id', v_cell.id)
  );
  perform deploy_queue._wake_sooner(array[v_cell.id], v_turns);
  return v_held;
end;
$$;

comment on function deploy_queue.release_line(text, text, text, integer, text) is
  'Lets the line of a cell go on that was stopped by hand or after a failure, and returns the stop. The reason is recorded. Releasing it twice is fine: then it returns null.';
