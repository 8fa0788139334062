-- Removes an environment that nothing was deployed to, with its cells, freezes and windows.
-- Called by operators.
create or replace function deploy_queue.remove_environment(environment text) returns deploy_queue.environments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_name text := btrim(remove_environment.environment);
  v_environment deploy_queue.environments;
  v_count bigint;
begin
  perform deploy_queue._require_right(v_name);
  perform deploy_queue._require_environment(v_name);
  select count(*) into v_count from deploy_queue.deployments where deployments.environment = v_name;
  if v_count > 0 then
    raise exception using
      errcode = 'QD044',
      message = format('environment %s has %s deployments', v_name, v_count),
      hint = 'Its history would go with it. A freeze keeps new deployments away.';
  end if;
  delete from deploy_queue.maintenance_windows as placed where placed.environment = v_name;
  delete from deploy_queue.freezes as placed where placed.environment = v_name;
  perform deploy_queue._changes_one_environment(true);
  delete from deploy_queue.line_holds as placed where placed.environment = v_name;
  delete from deploy_queue.component_policies as placed where placed.environment = v_name;
  delete from deploy_queue.cells as empty where empty.environment = v_name;
  delete from deploy_queue.environments as removed
  where removed.environment = v_name
  returning removed.* into v_environment;
  perform deploy_queue._changes_one_environment(false);
  return v_environment;
end;
$$;

comment on function deploy_queue.remove_environment(text) is
  'Removes an environment that nothing was deployed to, with its cells, freezes and windows, and returns it.';
