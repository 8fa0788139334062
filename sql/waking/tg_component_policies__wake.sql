-- Tells the keepers of a component whose leases, maximum duration or gates have changed, and wakes the heads of lines whose turn comes earlier.
-- Fires for every write of component_policies.
create or replace function deploy_queue.tg_component_policies__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment text := coalesce(new.environment, old.environment);
  v_component text := coalesce(new.component, old.component);
  v_general deploy_queue.environments;
begin
  select * into v_general from deploy_queue.environments where environments.environment = v_environment;
  if coalesce(new.heartbeat_timeout, v_general.heartbeat_timeout) <> coalesce(old.heartbeat_timeout, v_general.heartbeat_timeout)
    or coalesce(new.max_duration, v_general.max_duration) is distinct from coalesce(old.max_duration, v_general.max_duration)
  then
    perform deploy_queue._tell(live.id, 'policy')
    from deploy_queue._live_deployments as live
    where live.environment = v_environment and live.component = v_component and live.alive_until is not null;
  end if;

  perform deploy_queue._tell_of_gates(v_general, v_general, old, new);
  perform deploy_queue._follow_policy(v_environment);
  return null;
end;
$$;

create or replace trigger tg_component_policies__wake
after insert or update or delete on deploy_queue.component_policies
for each row execute function deploy_queue.tg_component_policies__wake();
