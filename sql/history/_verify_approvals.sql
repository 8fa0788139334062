-- Deployments that started without their approvals. What was demanded at a moment is what the next change of the policy has replaced, else what
-- is demanded now; a start in the minute after a change may have obeyed the policy before it.
-- Called by verify_history.
create or replace function deploy_queue._verify_approvals() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with changes as materialized (
    select events.environment, events.component, events.id, events.occurred_at,
      (events.detail -> 'changes' -> 'approvals' ->> 'from')::integer as demanded
    from deploy_queue.deployment_events as events
    where events.kind = 'configured' and events.detail ->> 'table' in ('environments', 'component_policies')
      and events.detail -> 'changes' ? 'approvals'
    union all
    select environments.environment, null, 9223372036854775807, 'infinity', environments.approvals from deploy_queue.environments
    union all
    select policies.environment, policies.component, 9223372036854775807, 'infinity', policies.approvals
    from deploy_queue.component_policies as policies
  )
  select 'approvals', lives.id, format('it started with %s of %s approvals', approved.count, demands.approvals)
  from deploy_queue._lives as lives
  cross join lateral (
    select min(coalesce(own.demanded, general.demanded)) as approvals
    from unnest(array[lives.start_timestamp, lives.start_timestamp - interval '1 minute']) as moment
    cross join lateral (
      select changes.demanded from changes
      where changes.environment = lives.environment and changes.component is null and changes.occurred_at > moment
      order by changes.id
      limit 1
    ) as general
    left join lateral (
      select changes.demanded from changes
      where changes.environment = lives.environment and changes.component = (lives.deployments).component and changes.occurred_at > moment
      order by changes.id
      limit 1
    ) as own on true
  ) as demands
  cross join lateral (
    select count(distinct events.principal)
    from deploy_queue.deployment_events as events
    where events.deployment_id = lives.id and events.kind = 'approved' and events.id < lives.started
      and events.principal is distinct from (lives.deployments).entered_by
      and events.detail = jsonb_strip_nulls(jsonb_build_object(
        'version', (lives.deployments).version, 'artifact', (lives.deployments).artifact
      ))
  ) as approved
  where lives.started is not null
    and not lives.forced
    and lives.joined_id is null
    and exists (select from changes where changes.demanded > 0)
    and approved.count < demands.approvals;
end;
$$;
