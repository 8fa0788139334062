-- The logs of deployments with their places, of those that the caller may read. Read by dashboards.
create or replace view deploy_queue.deployment_log as
select
  logged.deployment_id,
  logged.position,
  logged.logged_at,
  logged.stream,
  logged.content,
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.component
from deploy_queue.deployment_logs as logged
join deploy_queue.deployments on deployments.id = logged.deployment_id
cross join (select deploy_queue._reach() as reach offset 0) as caller
where (deployments.environment <> all ((caller.reach).environments)) is not true
  and (deployments.component <> all ((caller.reach).components)) is not true
  and (deployments.cell_id <> all ((caller.reach).cells)) is not true;

comment on view deploy_queue.deployment_log is
  'What the work of deployments has printed. Read it by deployment_id, ordered by position; a role that is tied to environments sees theirs only.';
comment on column deploy_queue.deployment_log.position is 'Order within the deployment, from 1.';
comment on column deploy_queue.deployment_log.logged_at is 'When it was printed, by the clock of the database.';
comment on column deploy_queue.deployment_log.stream is 'stdout, stderr, or note: what the writer of the log says.';
comment on column deploy_queue.deployment_log.content is
  'A piece of the output, which begins and ends anywhere in a line. What was no UTF-8 is U+FFFD, a zero byte U+2400.';
