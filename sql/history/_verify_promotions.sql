-- Deployments that started with a version that had not finished where it was to be promoted from, or that was marked bad. What was demanded
-- at a moment is what the next change of the policy has replaced, else what is demanded now; a start in the minute after a change may have
-- obeyed what was so before it. How long a version soaked is not read. Rollbacks are left out. Called by verify_history.
create or replace function deploy_queue._verify_promotions() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with changes as materialized (
    select events.environment, events.component, events.id, events.occurred_at,
      events.detail -> 'changes' -> 'promote_from' ->> 'from' as source
    from deploy_queue.deployment_events as events
    where events.kind = 'configured' and events.detail -> 'changes' ? 'promote_from'
    union all
    select environments.environment, null, 9223372036854775807, 'infinity', environments.promote_from
    from deploy_queue.environments
    union all
    select policies.environment, policies.component, 9223372036854775807, 'infinity', policies.promote_from
    from deploy_queue.component_policies as policies
  )
  select 'promotions', lives.id, format('it started with %s, which had not finished in %s',
    coalesce((lives.deployments).version, 'no version'), demanded.source)
  from deploy_queue._lives as lives
  cross join lateral (
    select min(coalesce(own.source, general.source)) as source
    from unnest(array[lives.start_timestamp, lives.start_timestamp - interval '1 minute']) as moment
    cross join lateral (
      select changes.source from changes
      where changes.environment = lives.environment and changes.component is null and changes.occurred_at > moment
      order by changes.id
      limit 1
    ) as general
    left join lateral (
      select changes.source from changes
      where changes.environment = lives.environment and changes.component = (lives.deployments).component and changes.occurred_at > moment
      order by changes.id
      limit 1
    ) as own on true
    having min(coalesce(own.source, general.source, '')) = max(coalesce(own.source, general.source, ''))
  ) as demanded
  where lives.started is not null
    and not lives.forced
    and lives.joined_id is null
    and (lives.deployments).rollback_of is null
    and demanded.source <> ''
    and not exists (
      select
      from deploy_queue._first_finishes(demanded.source, (lives.deployments).component, (lives.deployments).version) as first
      where first.finished_at <= lives.start_timestamp
    );

  return query
  select 'bad versions', lives.id, format('it started, and %s', deploy_queue._marked_text(mark))
  from deploy_queue._lives as lives
  join deploy_queue.bad_versions as mark
    on mark.component = (lives.deployments).component and mark.version = (lives.deployments).version
    and (lives.environment = any (mark.environments)) is not false
    and mark.created_at < lives.start_timestamp - interval '1 minute'
    and (mark.lifted_at > lives.start_timestamp) is not false
  where lives.started is not null
    and not lives.forced
    and lives.joined_id is null
    and (lives.deployments).rollback_of is null;
end;
$$;
