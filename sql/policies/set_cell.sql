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
  v_cell deploy_queue.cells;
  v_before integer;
  v_turns jsonb;
begin
  perform deploy_queue._require_right(btrim(set_cell.environment));
  perform deploy_queue._require_environment(btrim(set_cell.environment));
  v_cell := deploy_queue._cell(
    btrim(set_cell.environment), btrim(set_cell.cloud_provider), btrim(set_cell.region), set_cell.cell_index
  );
  if v_cell.id is null then
    perform deploy_queue._refuse_location(
      btrim(set_cell.environment), btrim(set_cell.cloud_provider), btrim(set_cell.region), set_cell.cell_index
    );
  end if;
  v_before := deploy_queue._slots(v_cell.id);
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
