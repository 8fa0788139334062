-- The names of the three cells of an environment that are most like a location; null when it has no others.
-- Called by what tells of a location that is not known.
create or replace function deploy_queue._nearest_cells(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select string_agg(other.name, ', ' order by other.number) filter (where other.number <= 3)
      || case when count(*) > 3 then format(' and %s more in deploy_queue.cells', count(*) - 3) else '' end
    from (
      select
        format('%s-%s-%s-cell-%s', cells.environment, cells.cloud_provider, cells.region, cells.cell_index) as name,
        row_number() over (
          order by cells.region = _nearest_cells.region desc, cells.cloud_provider = _nearest_cells.cloud_provider desc,
            likeness.pairs desc, cells.cell_index = _nearest_cells.cell_index desc,
            cells.cloud_provider, cells.region, cells.cell_index
        ) as number
      from deploy_queue.cells
      cross join lateral (
        -- Letters that stand side by side in both names: a slip of the fingers changes few of them.
        select count(*) as pairs
        from generate_series(1, length(_nearest_cells.region) - 1) as place
        where strpos(cells.region, substr(_nearest_cells.region, place, 2)) > 0
      ) as likeness
      where cells.environment = _nearest_cells.environment
        and cells.retired_at is null
        and (cells.cloud_provider, cells.region, cells.cell_index)
          is distinct from (_nearest_cells.cloud_provider, _nearest_cells.region, _nearest_cells.cell_index)
    ) as other
  );
end;
$$;
