-- Warns of a cell without any deployment so far, and names the cells most like it: a misspelt region is a line of its own, in which
-- nothing is ever waited for. Silent about the first cell of an environment.
-- Called by the trigger that records transitions, after the first deployment to a cell, and by preview.
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
  v_nearest text;
  v_count bigint;
begin
  select string_agg(other.name, ', ' order by other.number) filter (where other.number <= 3), count(*)
  into v_nearest, v_count
  from (
    select
      format('%s-%s-%s-cell-%s', cells.environment, cells.cloud_provider, cells.region, cells.cell_index) as name,
      row_number() over (
        order by cells.region = _tell_of_new_cell.region desc, cells.cloud_provider = _tell_of_new_cell.cloud_provider desc,
          cells.cell_index = _tell_of_new_cell.cell_index desc, cells.cloud_provider, cells.region, cells.cell_index
      ) as number
    from deploy_queue.cells
    where cells.environment = _tell_of_new_cell.environment
      and (cells.cloud_provider, cells.region, cells.cell_index)
        <> (_tell_of_new_cell.cloud_provider, _tell_of_new_cell.region, _tell_of_new_cell.cell_index)
  ) as other;

  if v_count > 0 then
    raise notice 'cell % is new; there are %',
      deploy_queue._one_line(format('%s-%s-%s-cell-%s', _tell_of_new_cell.environment, _tell_of_new_cell.cloud_provider,
        _tell_of_new_cell.region, _tell_of_new_cell.cell_index)),
      v_nearest || case
        when v_count > 3 then format(' and %s more in deploy_queue.cells', v_count - 3)
        else ''
      end;
  end if;
end;
$$;
