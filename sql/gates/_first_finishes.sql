-- When a version of a component first finished in each cell of an environment; null where it has not. artifact: as this one only. without: as
-- if that deployment had not finished. Reads history, and what pruning has kept of it.
-- Called by _promoted_at and _promotion_gate.
create or replace function deploy_queue._first_finishes(
  environment text,
  component text,
  version text,
  artifact text default null,
  without bigint default null
) returns table (cell deploy_queue.cells, finished_at timestamptz)
language plpgsql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select cells, least(
    (
      select min(finished.finish_timestamp)
      from deploy_queue.deployments as finished
      where finished.cell_id = cells.id
        and finished.component = _first_finishes.component
        and finished.version = _first_finishes.version
        and finished.finish_timestamp is not null
        and (finished.artifact = _first_finishes.artifact or _first_finishes.artifact is null)
        and finished.id is distinct from _first_finishes.without
    ),
    (
      select min(kept.finished_at)
      from deploy_queue.finished_versions as kept
      where kept.cell_id = cells.id
        and kept.component = _first_finishes.component
        and kept.version = _first_finishes.version
        and (kept.artifact = _first_finishes.artifact or _first_finishes.artifact is null)
    )
  )
  from deploy_queue.cells
  where cells.environment = _first_finishes.environment;
end;
$$;
