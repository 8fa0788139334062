-- Adds a cell to an environment, or brings a retired one back.
-- Called by operators; where cells are not closed, the first deployment does the same.
create or replace function deploy_queue.add_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns deploy_queue.cells
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell deploy_queue.cells;
begin
  perform deploy_queue._require_right(btrim(add_cell.environment));
  perform deploy_queue._require_environment(btrim(add_cell.environment));
  v_cell := deploy_queue._create_cell(
    btrim(add_cell.environment), btrim(add_cell.cloud_provider), btrim(add_cell.region), add_cell.cell_index
  );
  if v_cell.retired_at is not null then
    update deploy_queue.cells set retired_at = null where cells.id = v_cell.id returning * into v_cell;
  end if;
  perform deploy_queue._record_cell(v_cell, 'added');
  return v_cell;
end;
$$;

comment on function deploy_queue.add_cell(text, text, text, integer) is
  'Adds a cell to an environment, or brings a retired one back, and returns it.';
