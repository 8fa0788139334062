-- Every deployment with the numbers of the events by which it entered the line, left it, started and ended. The events of a cell
-- are numbered under its lock: their numbers, not the clock, are the order of things. Read by the checks of verify_history.
create or replace view deploy_queue._lives as
select
  deployments.id, deployments.cell_id, deployments.environment, deployments.concurrency_key, deployments.forced,
  deployments.start_timestamp, deployments.finish_timestamp, life.entered, life.started,
  coalesce(life.ended, 9223372036854775807) as ended,
  coalesce(life.started, life.ended, 9223372036854775807) as left_line,
  -- A deployment that is held outside enters the line with its release, or never.
  case
    when deployments.hold = 'outside' then 9223372036854775807
    -- Its place is that of another one, so it does not tell whether it was held outside.
    when deployments.sequence is not null then coalesce(life.released, life.entered)
    when deployments.place is not null then coalesce(life.released, life.started)
    else life.entered
  end as came_into_line,
  life.last_prioritized,
  - deployments.priority as rank,
  coalesce((deploy_queue._stand(deployments)).place, deployments.id) as place,
  deployments.not_before,
  deployments,
  coalesce(deployments.finish_timestamp, deployments.cancellation_timestamp) as ended_at,
  deployments.joined_id,
  case when life.is_reserved then coalesce(life.redeemed, life.ended, 9223372036854775807) end as reserved_to,
  deploy_queue._exclusion_key(deployments) as exclusion_key
from deploy_queue.deployments
join (
  select
    events.deployment_id,
    min(events.id) filter (where events.kind = 'enqueued') as entered,
    min(events.id) filter (where events.kind = 'released') as released,
    min(events.id) filter (where events.kind = 'redeemed') as redeemed,
    bool_or(events.kind = 'enqueued' and events.to_state = 'reserved') as is_reserved,
    max(events.id) filter (where events.kind = 'prioritized') as last_prioritized,
    min(events.id) filter (where events.kind = 'started') as started,
    min(events.id) filter (where events.kind in ('finished', 'cancelled', 'reaped', 'failed', 'rejected')) as ended,
    coalesce(bool_or(events.detail ? 'after_the_fact'), false) as is_late
  from deploy_queue.deployment_events as events
  where events.deployment_id is not null
  group by events.deployment_id
) as life on life.deployment_id = deployments.id
where not life.is_late;

comment on view deploy_queue._lives is 'Deployments with the numbers of their events, without those that were recorded after the fact.';
