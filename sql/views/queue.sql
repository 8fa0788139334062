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
    from unnest(line.starts, line.places) as overtaker (start_timestamp, place)
    where overtaker.start_timestamp > deployments.created_at
      and overtaker.place > coalesce(deployments.place, deployments.id)
  )::integer as overtaken
from (
  select waiting.cell_id, overtakers.starts, overtakers.places
  from (
    select deployments.cell_id, min(deployments.created_at) as since
    from deploy_queue.deployments
    where deployments.start_timestamp is null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
      and deployments.hold is distinct from 'outside'
    group by deployments.cell_id
  ) as waiting
  cross join lateral (
    -- Who started in this cell since the first of them came.
    select array_agg(started.start_timestamp) as starts, array_agg(coalesce(started.place, started.id)) as places
    from (
      -- Each part has an index of its own.
      select deployments.* from deploy_queue.deployments
      where deployments.cell_id = waiting.cell_id
        and deployments.start_timestamp is not null
        and deployments.finish_timestamp is null
        and deployments.cancellation_timestamp is null
      union all
      select deployments.* from deploy_queue.deployments
      where deployments.cell_id = waiting.cell_id and deployments.finish_timestamp > waiting.since
      union all
      select deployments.* from deploy_queue.deployments
      where deployments.cell_id = waiting.cell_id and deployments.cancellation_timestamp > waiting.since
    ) as started
    where started.start_timestamp > waiting.since
  ) as overtakers
  -- Once a cell, not once a deployment.
  offset 0
) as line
cross join lateral deploy_queue._line(line.cell_id) as place
cross join lateral (
  -- Looked up one by one: nobody can estimate how many wait among a million, and other joins take seconds when they err.
  select * from deploy_queue.deployments where deployments.id = place.deployment_id offset 0
) as deployments;

comment on view deploy_queue.queue is
  'Every queued deployment with its position, its blockers and its predicted start (null: unknown).';
comment on column deploy_queue.queue.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.queue.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.queue.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.queue.region is 'Region, such as us-west-2.';
comment on column deploy_queue.queue.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.queue.component is 'What is deployed.';
comment on column deploy_queue.queue.version is 'Which version of it; null when it was not said.';
comment on column deploy_queue.queue.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.queue.note is 'Free text for people.';
comment on column deploy_queue.queue.concurrency_key is 'Deployments with the same key may run side by side.';
comment on column deploy_queue.queue.created_at is 'When it entered the line.';
comment on column deploy_queue.queue."position" is '1 is next.';
comment on column deploy_queue.queue.predicted_start is 'When it will likely start if everybody ahead takes as long as usual; null when nobody knows.';
comment on column deploy_queue.queue.overdue is 'Whether somebody it waits for takes longer than usual.';
comment on column deploy_queue.queue.blocker_count is 'How many it waits for.';
comment on column deploy_queue.queue.blockers is 'The first ten of them, as JSON: deployment_id, kind, component, version, url, note, since, usual_seconds, until, priority, priority_reason, hold; what is no deployment has kind, text and until.';
comment on column deploy_queue.queue.as_of is 'The moment that all this describes.';
comment on column deploy_queue.queue.priority is 'The line is ordered by priority, highest first, then by place.';
comment on column deploy_queue.queue.hold is 'in-line: it keeps its place until it is released, and those behind it wait.';
comment on column deploy_queue.queue.overtaken is 'How many that entered the line later have started before it.';
