-- Everybody who waits: where they stand, for whom, and when it will likely be their turn.
-- Read by "deploy-queue list queue", boards and people.
create or replace view deploy_queue.queue as
select
  (line.deployment).id as deployment_id,
  (line.deployment).environment,
  (line.deployment).cloud_provider,
  (line.deployment).region,
  (line.deployment).cell_index,
  (line.deployment).component,
  (line.deployment).version,
  (line.deployment).url,
  (line.deployment).note,
  (line.deployment).concurrency_key,
  (line.deployment).created_at,
  (line.place)."position",
  (line.place).predicted_start,
  (line.place).overdue,
  (line.place).blocker_count,
  (line.place).blockers,
  (line.place).as_of,
  (line.deployment).priority,
  (line.deployment).hold,
  line.overtaken
from deploy_queue._line(null, null) as line;

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
comment on column deploy_queue.queue.blockers is 'The first ten of them, as JSON: deployment_id, kind, component, version, url, note, since, usual_seconds, until, silent_since, reaped_at, priority, priority_reason, hold; what is no deployment has kind, text and until.';
comment on column deploy_queue.queue.as_of is 'The moment that all this describes.';
comment on column deploy_queue.queue.priority is 'The line is ordered by priority, highest first, then by place.';
comment on column deploy_queue.queue.hold is 'in-line: it keeps its place until it is released, and those behind it wait.';
comment on column deploy_queue.queue.overtaken is 'How many that entered the line later have started before it.';
