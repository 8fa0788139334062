-- The cell at a location; null when there is none yet.
-- Called by the enqueue trigger and by preflight.
create or replace function deploy_queue._cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns deploy_queue.cells
language plpgsql stable
-- Only functions with a search_path of their own call it: setting it once more costs as much as a short function.
as $$
begin
  return (
    select cells
    from deploy_queue.cells
    -- A small table is read row by row, without its index: first what most rows differ in.
    where cells.cell_index = _cell.cell_index
      and cells.region = _cell.region
      and cells.cloud_provider = _cell.cloud_provider
      and cells.environment = _cell.environment
  );
end;
$$;
