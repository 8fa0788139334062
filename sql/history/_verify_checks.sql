-- Deployments that started without a check that was demanded then. What was demanded at a moment is what the next change of the policy has
-- replaced, else what is demanded now; a start in the minute after a change, or after another report, may have obeyed what was so before it.
-- Rollbacks are left out. Called by verify_history.
create or replace function deploy_queue._verify_checks() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with changes as materialized (
    select events.environment, events.component, events.id, events.occurred_at,
      events.detail -> 'changes' -> 'require_checks' -> 'from' as demanded
    from deploy_queue.deployment_events as events
    where events.kind = 'configured' and events.detail -> 'changes' ? 'require_checks'
    union all
    select environments.environment, null, 9223372036854775807, 'infinity', to_jsonb(environments.require_checks)
    from deploy_queue.environments
    union all
    select policies.environment, policies.component, 9223372036854775807, 'infinity', to_jsonb(policies.require_checks)
    from deploy_queue.component_policies as policies
  )
  select 'checks', lives.id, format('it started without check %s of %s', demanded.name, (lives.deployments).version)
  from deploy_queue._lives as lives
  cross join lateral (
    select wanted.name
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
    cross join lateral jsonb_array_elements_text(coalesce(own.demanded, general.demanded, '[]')) as wanted (name)
    group by wanted.name
    having count(*) = 2
  ) as demanded
  where lives.started is not null
    and not lives.forced
    and lives.joined_id is null
    and (lives.deployments).rollback_of is null
    and exists (select from changes where changes.demanded <> '[]')
    and not exists (
      select from deploy_queue.checks as shown
      where shown.component = (lives.deployments).component and shown.version = (lives.deployments).version
        and shown.name = demanded.name and shown.passed
        and shown.reported_at <= lives.start_timestamp
        -- A start is stamped after its decision.
        and (shown.expires_at > lives.start_timestamp - interval '1 second') is not false
        and not exists (
          select from deploy_queue.checks as newer
          where newer.component = shown.component and newer.version = shown.version and newer.name = shown.name
            and newer.id > shown.id and newer.reported_at <= lives.start_timestamp - interval '1 minute'
        )
    );
end;
$$;
