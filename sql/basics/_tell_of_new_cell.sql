-- Warns of a cell without any deployment so far, and names the cells most like it: a misspelt region is a line of its own, in which
-- nothing is ever waited for. Silent about the first cell of an environment.
-- Called by the enqueue trigger, for the first deployment to a cell, and by preflight.
create or replace function deploy_queue._tell_of_new_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_nearest text := deploy_queue._nearest_cells(
    _tell_of_new_cell.environment, _tell_of_new_cell.cloud_provider, _tell_of_new_cell.region, _tell_of_new_cell.cell_index
  );
begin
  if v_nearest is not null then
    raise warning using
      errcode = '01DQ1',
      message = format('cell %s is new; there are %s',
        deploy_queue._one_line(format('%s-%s-%s-cell-%s', _tell_of_new_cell.environment, _tell_of_new_cell.cloud_provider,
          _tell_of_new_cell.region, _tell_of_new_cell.cell_index)), v_nearest);
  end if;
end;
$$;
