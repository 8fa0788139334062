-- All deployments that wait in the line of a cell, each at the place where it stands.
-- Called by the wake-ups.
create or replace function deploy_queue._in_line(cell_id integer) returns setof deploy_queue.deployments
language plpgsql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select (queued.deployment).*
  from deploy_queue._queued as queued
  where queued.cell_id = _in_line.cell_id and queued.sequence is null and queued.hold is distinct from 'outside'
  union all
  select (sequenced.deployment).* from deploy_queue._sequenced as sequenced where sequenced.cell_id = _in_line.cell_id;
end;
$$;
