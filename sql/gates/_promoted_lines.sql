-- The cells in which deployments wait, of the environments that promote from this one, in ascending order.
-- Called by what changes when a gate of promotion opens.
create or replace function deploy_queue._promoted_lines(environment text) returns integer[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select distinct queued.cell_id
    from deploy_queue._queued as queued
    where queued.environment in (
      select general.environment from deploy_queue.environments as general where general.promote_from = _promoted_lines.environment
      union all
      select own.environment from deploy_queue.component_policies as own where own.promote_from = _promoted_lines.environment
    )
    order by queued.cell_id
  );
end;
$$;
