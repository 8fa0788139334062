-- Says how many deployments without a common key a cell has room for; null is as many as its environment says.
-- Called by operators.
create or replace function deploy_queue.set_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  slots integer
) returns deploy_queue.cells
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell deploy_queue.cells := deploy_queue._known_cell(
    set_cell.environment, set_cell.cloud_provider, set_cell.region, set_cell.cell_index
  );
  v_before integer := deploy_queue._slots(v_cell.id);
  v_turns jsonb;
begin
  v_turns := deploy_queue._turns(array[v_cell.id]);
  update deploy_queue.cells set slots = set_cell.slots where cells.id = v_cell.id returning * into v_cell;
  perform deploy_queue._record_cell(
    v_cell, format('has %s slots, before %s', deploy_queue._slots(v_cell.id), v_before),
    jsonb_build_object('slots', jsonb_build_object('from', v_before, 'to', deploy_queue._slots(v_cell.id)))
  );
  perform deploy_queue._wake_sooner(array[v_cell.id], v_turns);
  return v_cell;
end;
$$;

comment on function deploy_queue.set_cell(text, text, text, integer, integer) is
  'Says how many deployments without a common key a cell has room for; null is as many as its environment says. Returns the cell.';
