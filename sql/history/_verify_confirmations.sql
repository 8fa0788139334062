-- Deployments that started without the confirmation that was demanded then: the first change after a start tells what was in force before it.
-- A start in the minute after a change may have obeyed the policy before it, since the change may have been committed after the start.
-- Called by verify_history.
create or replace function deploy_queue._verify_confirmations() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most queues never demand one.
  if not exists (select from deploy_queue.environments where environments.confirmation is not null)
    and not exists (select from deploy_queue.component_policies as own where own.confirmation is not null)
    and not exists (
      select from deploy_queue.deployment_events as events
      where events.kind = 'configured' and events.detail -> 'changes' ? 'confirmation'
    )
  then
    return;
  end if;

  return query
  with changes as materialized (
    select events.id, events.environment, events.component, events.occurred_at,
      events.detail -> 'changes' -> 'confirmation' ->> 'from' as was
    from deploy_queue.deployment_events as events
    where events.kind = 'configured' and events.detail -> 'changes' ? 'confirmation'
  )
  select 'confirmations', lives.id, format('it started without the confirmation "%s"', demanded.phrase)
  from deploy_queue._lives as lives
  join deploy_queue.environments as general on general.environment = lives.environment
  left join deploy_queue.component_policies as own
    on own.environment = lives.environment and own.component = (lives.deployments).component
  left join lateral (
    select array_agg(changes.was order by changes.id) as was from changes
    where changes.environment = lives.environment and changes.component is null and changes.occurred_at > lives.start_timestamp
  ) as later on true
  left join lateral (
    select array_agg(changes.was order by changes.id) as was from changes
    where changes.environment = lives.environment and changes.component = (lives.deployments).component
      and changes.occurred_at > lives.start_timestamp
  ) as own_later on true
  cross join lateral (
    select nullif(coalesce(
      case when own_later.was is null then own.confirmation else own_later.was[1] end,
      case when later.was is null then general.confirmation else later.was[1] end
    ), '') as phrase
  ) as demanded
  where lives.started is not null and not lives.forced and lives.joined_id is null
    and (lives.deployments).confirmation is distinct from demanded.phrase
    and demanded.phrase is not null
    and not exists (
      select from changes
      where changes.environment = lives.environment and coalesce(changes.component, (lives.deployments).component) = (lives.deployments).component
        and changes.occurred_at between lives.start_timestamp - interval '1 minute' and lives.start_timestamp
    );
end;
$$;
