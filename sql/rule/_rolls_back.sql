-- Whether a deployment rolls back the one because of which the line of its cell is stopped: it goes before those that the stop holds.
-- Called by _is_exception and _overtakes.
create or replace function deploy_queue._rolls_back(candidate deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return candidate.rollback_of is not null and exists (
    select from deploy_queue.line_holds as held
    where held.cell_id = candidate.cell_id and held.deployment_id = candidate.rollback_of
  );
end;
$$;
