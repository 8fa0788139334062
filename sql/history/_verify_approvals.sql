-- Deployments that started without their approvals. What was demanded is what the next change of the policy has replaced, else what is
-- demanded now; a start in the minute after a change may have obeyed the policy before it.
-- Called by verify_history.
create or replace function deploy_queue._verify_approvals() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most queues never demand one.
  if not exists (select from deploy_queue._policy_changes(array['approvals']) as changes where changes.was > '0') then
    return;
  end if;

  return query
  with changes as materialized (
    select changes.environment, changes.component, changes.id, changes.occurred_at, changes.was::integer as demanded
    from deploy_queue._policy_changes(array['approvals']) as changes
  ),
  -- Null follows the environment.
  periods as materialized (
    select changes.environment, changes.component, changes.demanded, changes.occurred_at as until,
      lag(changes.occurred_at, 1, '-infinity') over (partition by changes.environment, changes.component order by changes.id) as since
    from changes
  )
  select 'approvals', lives.id, format('it started with %s of %s approvals', approved.count, demands.approvals)
  from deploy_queue._lives as lives
  cross join lateral (
    select least(
      min(periods.demanded) filter (where periods.component is not null),
      case when bool_and(periods.demanded is not null) filter (where periods.component is not null) is not true
        then min(periods.demanded) filter (where periods.component is null)
      end
    ) as approvals
    from periods
    where periods.environment = lives.environment
      and coalesce(periods.component, (lives.deployments).component) = (lives.deployments).component
      and periods.since <= lives.start_timestamp
      and periods.until > lives.start_timestamp - interval '1 minute'
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
    and approved.count < demands.approvals;

  return query
  select 'approvals', one.id, format('it started in the hold of deployment %s, which was approved as another version or artifact', one.joined_id)
  from deploy_queue._gated_lives(array['approvals']) as gated
  cross join lateral (select ((gated.life).deployments).*) as one
  join deploy_queue.deployments as holder on holder.id = one.joined_id
  where (gated.demands -> 'approvals')::integer > 0
    and (one.version is distinct from holder.version or one.component = holder.component);
end;
$$;
