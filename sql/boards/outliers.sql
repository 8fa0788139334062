-- Running deployments that take longer than usual: mean plus two standard deviations. One sample has no deviation.
-- Read by "deploy-queue list outliers", the worker and boards.
create or replace view deploy_queue.outliers as
select
  deployments.id,
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.component,
  deployments.version,
  deployments.url,
  deployments.note,
  deployments.start_timestamp,
  clock.now - deployments.start_timestamp as current_duration,
  usual.avg_duration,
  usual.stddev_duration
from (select deploy_queue._now() as now) as clock
cross join deploy_queue.deployments
join deploy_queue.deployment_durations as usual
  on usual.cell_id = deployments.cell_id and usual.component = deployments.component
where deployments.start_timestamp is not null
  and deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null
  and usual.last_finish_timestamp > clock.now - interval '3 months'
  and clock.now - deployments.start_timestamp > usual.avg_duration + 2 * usual.stddev_duration;

comment on view deploy_queue.outliers is
  'Running deployments that take longer than the mean plus two standard deviations of the last 100 of their kind.';
comment on column deploy_queue.outliers.id is 'Id of the deployment.';
comment on column deploy_queue.outliers.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.outliers.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.outliers.region is 'Region, such as us-west-2.';
comment on column deploy_queue.outliers.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.outliers.component is 'What is deployed.';
comment on column deploy_queue.outliers.version is 'Which version of it; null when it was not said.';
comment on column deploy_queue.outliers.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.outliers.note is 'Free text for people.';
comment on column deploy_queue.outliers.start_timestamp is 'When it started.';
comment on column deploy_queue.outliers.current_duration is 'How long ago that was.';
comment on column deploy_queue.outliers.avg_duration is 'How long its component usually takes in this cell.';
comment on column deploy_queue.outliers.stddev_duration is 'Standard deviation of it.';
