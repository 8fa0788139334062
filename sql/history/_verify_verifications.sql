-- Deployments that finished without the verification that their environment required at that time, as the events of its changed policies say.
-- What a component ever had for itself is not judged. A finish in the minute after a change may have obeyed the policy before it.
-- Called by verify_history.
create or replace function deploy_queue._verify_verifications() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with changes as (
    select events.environment, events.id, events.occurred_at, (events.detail -> 'changes' -> 'require_verification' ->> 'from')::boolean as was,
      (events.detail -> 'changes' -> 'require_verification' ->> 'to')::boolean as becomes
    from deploy_queue.deployment_events as events
    where events.kind = 'configured' and events.detail ->> 'table' = 'environments'
      and events.detail -> 'changes' ? 'require_verification'
  )
  select 'verifications', unverified.id, format('it finished at %s and was not verified', unverified.finish_timestamp)
  from deploy_queue._lives as lives
  cross join lateral (select (lives.deployments).*) as unverified
  join deploy_queue.environments on environments.environment = unverified.environment
  where unverified.finish_timestamp is not null and unverified.verified_at is null
    and not unverified.forced and unverified.joined_id is null
    and coalesce(
      (select changes.becomes from changes where changes.environment = unverified.environment
        and changes.occurred_at < unverified.finish_timestamp order by changes.id desc limit 1),
      (select changes.was from changes where changes.environment = unverified.environment order by changes.id limit 1),
      environments.require_verification
    )
    and not exists (
      select from changes where changes.environment = unverified.environment
        and changes.occurred_at between unverified.finish_timestamp - interval '1 minute' and unverified.finish_timestamp
    )
    and not exists (
      select from deploy_queue.component_policies as own
      where own.environment = unverified.environment and own.component = unverified.component and own.require_verification is not null
    )
    and not exists (
      select from deploy_queue.deployment_events as events
      where events.kind = 'configured' and events.detail ->> 'table' = 'component_policies'
        and events.environment = unverified.environment and events.component = unverified.component
        and events.detail -> 'changes' ? 'require_verification'
    );
end;
$$;
