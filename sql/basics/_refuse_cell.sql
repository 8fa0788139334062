-- Refuses a cell that may not be deployed to: it is not in the list of its environment, or was retired.
-- Called by the enqueue trigger and by _new_cell.
create or replace function deploy_queue._refuse_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  retired_at timestamptz
) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD042',
    message = format('%s-%s-%s-cell-%s %s', _refuse_cell.environment, _refuse_cell.cloud_provider, _refuse_cell.region,
      _refuse_cell.cell_index, case
        when _refuse_cell.retired_at is not null then format('was retired at %s', date_trunc('second', _refuse_cell.retired_at))
        else format('is no cell of %s, whose cells are closed', _refuse_cell.environment)
      end),
    hint = coalesce('Most like it: ' || deploy_queue._nearest_cells(
      _refuse_cell.environment, _refuse_cell.cloud_provider, _refuse_cell.region, _refuse_cell.cell_index
    ) || '. ', '') || 'An operator adds it with deploy_queue.add_cell().';
end;
$$;
