-- Removes reports of checks that are older than all history of deployments may be. Those of versions that history still has or that wait stay,
-- and the newest of each name of a component.
-- Called by prune_history, once nothing else is left to remove.
create or replace function deploy_queue._prune_checks() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Null where an environment keeps its history for ever.
  v_before timestamptz := deploy_queue._now() - (
    select case when bool_and(environments.retention is not null) then max(environments.retention) end from deploy_queue.environments
  );
begin
  -- A check belongs to no environment: a role that is tied to some removes none.
  if v_before is null or (deploy_queue._caller()).environments is not null then
    return;
  end if;
  perform set_config('deploy_queue.maintenance', 'on', true);
  delete from deploy_queue.checks as old
  where old.reported_at < v_before
    and exists (
      select from deploy_queue.checks as newer
      where newer.component = old.component and newer.name = old.name and newer.id > old.id
    )
    and not exists (
      select from deploy_queue.deployments
      where deployments.component = old.component and deployments.version = old.version
    );
  perform set_config('deploy_queue.maintenance', '', true);
end;
$$;
