-- Tells the keepers of waiting deployments of which other gates are demanded than before: they look at once, and say what they wait for now.
-- before, after: the policies of the environment; own_before, own_after: those of the only component that is concerned, if there is one.
-- Called by the triggers of policies.
create or replace function deploy_queue._tell_of_gates(
  before deploy_queue.environments,
  after deploy_queue.environments,
  own_before deploy_queue.component_policies default null,
  own_after deploy_queue.component_policies default null
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_component text := coalesce(own_before.component, own_after.component);
  v_concerned text[] := array(
    select waiting.component
    from (
      select distinct queued.component from deploy_queue._queued as queued
      where queued.environment = after.environment and queued.component = coalesce(v_component, queued.component)
    ) as waiting
    left join deploy_queue.component_policies as own
      on v_component is null and own.environment = after.environment and own.component = waiting.component
    where deploy_queue._gate_policies(before, coalesce(own_before, own))
      is distinct from deploy_queue._gate_policies(after, coalesce(own_after, own))
  );
begin
  if v_concerned <> '{}' then
    perform deploy_queue._tell_of_approvals(before, after, own_before, own_after);
  end if;
  perform deploy_queue._tell(queued.id, 'policy')
  from deploy_queue._queued as queued
  where queued.environment = after.environment
    and queued.component = any (v_concerned)
    and queued.alive_until is not null and queued.joined_id is null;
end;
$$;
