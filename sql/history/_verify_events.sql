-- Deployments whose events and timestamps do not tell the same story, or whose events do not follow from each other.
-- Called by verify_history.
create or replace function deploy_queue._verify_events() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'events', coalesce(told.id, recorded.id), case
      when recorded.id is null then format('it was %s at %s, of which there is no event', told.what, told.moment)
      else format('an event says that it was %s at %s, and its timestamps do not', recorded.what, recorded.moment)
    end
  from (
    select deployments.id, moment.what, moment.at as moment
    from deploy_queue.deployments
    cross join lateral (
      values ('enqueued', deployments.created_at), ('started', deployments.start_timestamp),
        ('verifying', deployments.verifying_since), ('stopping', deployments.stop_timestamp), ('finished', deployments.finish_timestamp),
        ('cancelled', deployments.cancellation_timestamp)
    ) as moment (what, at)
    where moment.at is not null
      -- What was rejected has never entered the line.
      and (moment.what = 'enqueued' and deployments.cancellation_kind = 'rejected'
        and deployments.cancellation_timestamp = deployments.created_at) is not true
  ) as told
  full join (
    select events.deployment_id as id,
      case when events.kind in ('reaped', 'failed', 'rejected') then 'cancelled' else events.kind end as what, events.occurred_at as moment
    from deploy_queue.deployment_events as events
    where events.kind in ('enqueued', 'started', 'verifying', 'stopping', 'finished', 'cancelled', 'reaped', 'failed', 'rejected')
  ) as recorded using (id, what, moment)
  where told.id is null or recorded.id is null;

  return query
  select 'states', followed.deployment_id, case
      when followed.previous is null then format('it was %s out of nothing', followed.kind)
      else format('it was %s when it was %s', followed.kind, followed.previous)
    end
  from (
    select events.deployment_id, events.kind, events.from_state,
      lag(events.to_state) over (partition by events.deployment_id order by events.id) as previous
    from deploy_queue.deployment_events as events
    where events.kind in ('enqueued', 'released', 'redeemed', 'started', 'verifying', 'stopping', 'finished', 'cancelled', 'reaped', 'failed', 'rejected')
  ) as followed
  where followed.from_state is distinct from followed.previous;

  return query
  select 'bypasses', deployments.id, 'it was started past the rules, and no event says why'
  from deploy_queue.deployments
  where deployments.forced
    and not exists (
      select from deploy_queue.deployment_events as events
      where events.deployment_id = deployments.id and events.kind = 'bypassed'
    );
end;
$$;
