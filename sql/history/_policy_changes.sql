-- What each change of these policies has replaced, of environments and of components in them, and as the last what is in force now. Null: as
-- the environment, or nothing. Called by the checks of verify_history.
create or replace function deploy_queue._policy_changes(policies text[])
returns table (policy text, environment text, component text, id bigint, occurred_at timestamptz, was jsonb)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select wanted.policy, events.environment, events.component, events.id, events.occurred_at,
    events.detail -> 'changes' -> wanted.policy -> 'from'
  from deploy_queue.deployment_events as events
  join unnest(_policy_changes.policies) as wanted (policy) on events.detail -> 'changes' ? wanted.policy
  where events.kind = 'configured' and events.detail ->> 'table' in ('environments', 'component_policies')
  union all
  select wanted.policy, general.environment, null, 9223372036854775807, 'infinity', nullif(to_jsonb(general) -> wanted.policy, 'null')
  from deploy_queue.environments as general
  cross join unnest(_policy_changes.policies) as wanted (policy)
  union all
  select wanted.policy, own.environment, own.component, 9223372036854775807, 'infinity', nullif(to_jsonb(own) -> wanted.policy, 'null')
  from deploy_queue.component_policies as own
  cross join unnest(_policy_changes.policies) as wanted (policy);
end;
$$;
