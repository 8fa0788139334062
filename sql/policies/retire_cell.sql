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
  v_cell deploy_queue.cells := deploy_queue._known_cell(
    retire_cell.environment, retire_cell.cloud_provider, retire_cell.region, retire_cell.cell_index
  );
  -- Where a version must have finished in all cells, one that is retired is waited for no more.
  v_lines integer[] := array(
    select line.cell_id
    from unnest(deploy_queue._promoted_lines(v_cell.environment)) as line (cell_id)
    join deploy_queue.cells on cells.id = line.cell_id
    -- A caller that is tied to environments locks nothing in the others.
    where deploy_queue._may_change(cells.environment)
    order by line.cell_id
  );
  v_turns jsonb := deploy_queue._turns(v_lines);
begin
  update deploy_queue.cells
  set retired_at = coalesce(cells.retired_at, deploy_queue._now())
  where cells.id = v_cell.id
  returning * into v_cell;
  perform deploy_queue._record_cell(v_cell, 'retired');
  perform deploy_queue._wake_sooner(v_lines, v_turns);
  return v_cell;
end;
$$;

comment on function deploy_queue.retire_cell(text, text, text, integer) is
  'Retires a cell and returns it: no deployment enters its line from now on. Retiring it twice is fine; an unknown one is refused.';
