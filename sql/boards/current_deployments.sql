-- Deployments that are queued, running or buffering, with how long they take and usually take.
-- Read by boards and people.
create or replace view deploy_queue.current_deployments as
with clock as materialized (select deploy_queue._now() as now)
select
  present.environment,
  present.cloud_provider,
  present.region,
  present.cell_index,
  present.component,
  present.id as deployment_id,
  present.version,
  deploy_queue._status(present.deployment, coalesce(own.buffer_time, environments.buffer_time)) as current_status,
  present.url,
  present.start_timestamp,
  present.finish_timestamp,
  present.cancellation_timestamp,
  present.created_at,
  clock.now - present.start_timestamp as current_duration,
  usual.avg_duration,
  usual.avg_duration + 2 * usual.stddev_duration as outlier_duration,
  present.actor,
  case when present.stop_timestamp is not null then deploy_queue._stopped_by(present.id) end as stopped_by,
  present.stop_timestamp,
  present.stop_timestamp + present.stop_grace as stops_by,
  case when present.start_timestamp is not null and present.alive_until is null then deploy_queue._unkept_since(
    present.deployment, usual.avg_duration + 2 * usual.stddev_duration, case when coalesce(own.max_duration, environments.max_duration) is null then coalesce(own.unkept_after, environments.unkept_after) end, clock.now
  ) end as unkept_since,
  present.finish_timestamp + coalesce(own.buffer_time, environments.buffer_time) as buffering_until,
  present.sequence,
  case when present.start_timestamp is not null then present.slot end as slot,
  present.verifying_since,
  present.heartbeat_timestamp
from clock
cross join (
  select queued as deployment, queued.* from deploy_queue._all_queued() as queued
  union all
  select running as deployment, running.* from deploy_queue._all_running() as running
  union all
  select buffering as deployment, buffering.* from deploy_queue._buffering() as buffering
) as present
join deploy_queue.environments on environments.environment = present.environment
left join deploy_queue.component_policies as own
  on own.environment = present.environment and own.component = present.component
left join deploy_queue.deployment_durations as usual
  on usual.cell_id = present.cell_id
  and usual.component = present.component
  and usual.last_finish_timestamp > clock.now - interval '3 months';

comment on view deploy_queue.current_deployments is
  'Deployments that are queued, running or buffering.';
comment on column deploy_queue.current_deployments.current_status is 'reserved, held, queued, running, verifying, stopping or buffering.';
comment on column deploy_queue.current_deployments.verifying_since is 'Since when its work is done and is being checked.';
comment on column deploy_queue.current_deployments.heartbeat_timestamp is 'When its last heartbeat came; null when none were promised.';
comment on column deploy_queue.current_deployments.slot is 'Which slot of its cell it takes; null while it waits.';
comment on column deploy_queue.current_deployments.start_timestamp is 'When it started; null while it is queued.';
comment on column deploy_queue.current_deployments.finish_timestamp is 'When it finished; null unless it is buffering.';
comment on column deploy_queue.current_deployments.cancellation_timestamp is 'Always null: cancelled deployments are not current.';
comment on column deploy_queue.current_deployments.current_duration is 'How long ago it started.';
comment on column deploy_queue.current_deployments.avg_duration is 'How long its component usually takes in this cell; null without history.';
comment on column deploy_queue.current_deployments.outlier_duration is 'After how long it is an outlier: mean plus two standard deviations; null with fewer than two samples.';
comment on column deploy_queue.current_deployments.stopped_by is 'Who has asked it to stop; null when no client did.';
comment on column deploy_queue.current_deployments.stops_by is 'When its work has ended, or is killed; null when it is not being stopped, or its keeper cannot end the work.';
comment on column deploy_queue.current_deployments.unkept_since is 'Since when it runs without a keeper, once that is longer than usual, or than unkept_after of its environment: it never ends by itself.';
comment on column deploy_queue.current_deployments.buffering_until is 'When its buffer is over; null unless it is buffering.';
