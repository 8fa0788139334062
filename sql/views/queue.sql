-- Everybody who waits: where they stand, for whom, and when it will likely be their turn.
-- Read by "deploy-queue list queue", boards and people.
create or replace view deploy_queue.queue as
select
  deployments.id as deployment_id,
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.component,
  deployments.version,
  deployments.url,
  deployments.note,
  deployments.concurrency_key,
  deployments.created_at,
  place."position",
  place.predicted_start,
  place.overdue,
  place.blocker_count,
  place.blockers,
  place.as_of,
  deployments.priority,
  deployments.hold,
  (
    select count(*)
    from deploy_queue.deployments as overtaker
    where overtaker.cell_id = deployments.cell_id
      and overtaker.finish_timestamp is null
      and overtaker.cancellation_timestamp is null
      and overtaker.start_timestamp is not null
      and overtaker.id > deployments.id
  ) + (
    select count(*)
    from deploy_queue.deployments as overtaker
    where overtaker.cell_id = deployments.cell_id
      and overtaker.finish_timestamp > deployments.created_at
      and overtaker.id > deployments.id
  ) as overtaken
from (
  select distinct waiting.cell_id
  from deploy_queue.deployments as waiting
  where waiting.start_timestamp is null
    and waiting.finish_timestamp is null
    and waiting.cancellation_timestamp is null
    and waiting.hold is distinct from 'outside'
) as line
cross join lateral deploy_queue._line(line.cell_id) as place
join deploy_queue.deployments
  on deployments.id = place.deployment_id
  -- Said again, so that the small index of the queued serves the join.
  and deployments.start_timestamp is null
  and deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null;

comment on view deploy_queue.queue is
  'Every queued deployment with its position, its blockers and its predicted start (null: unknown).';
comment on column deploy_queue.queue.priority is 'The line is ordered by priority, highest first, then by place.';
comment on column deploy_queue.queue.hold is 'in-line: it keeps its place until it is released, and those behind it wait.';
comment on column deploy_queue.queue.overtaken is 'How many that entered the line later have started before it.';
