-- Retires a cell: it is listed no more, and no deployment enters its line. Those that are in it go on.
-- Called by operators.
create or replace function deploy_queue.retire_cell(
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
  perform deploy_queue._require_right(btrim(retire_cell.environment));
  perform deploy_queue._require_environment(btrim(retire_cell.environment));
  update deploy_queue.cells
  set retired_at = coalesce(cells.retired_at, deploy_queue._now())
  where cells.environment = btrim(retire_cell.environment)
    and cells.cloud_provider = btrim(retire_cell.cloud_provider)
    and cells.region = btrim(retire_cell.region)
    and cells.cell_index = retire_cell.cell_index
  returning * into v_cell;
  if not found then
    perform deploy_queue._refuse_location(
      btrim(retire_cell.environment), btrim(retire_cell.cloud_provider), btrim(retire_cell.region), retire_cell.cell_index
    );
  end if;
  perform deploy_queue._record_cell(v_cell, 'retired');
  return v_cell;
end;
$$;

comment on function deploy_queue.retire_cell(text, text, text, integer) is
  'Retires a cell and returns it: no deployment enters its line from now on. Retiring it twice is fine; an unknown one is refused.';
