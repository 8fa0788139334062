-- current_deployments of prod.
-- Read by boards that were made for one environment.
create or replace view deploy_queue.prod_current_deployments as
select
  prod.environment,
  prod.cloud_provider,
  prod.region,
  prod.cell_index,
  prod.component,
  prod.deployment_id,
  prod.version,
  prod.current_status,
  prod.url,
  prod.start_timestamp,
  prod.finish_timestamp,
  prod.cancellation_timestamp,
  prod.created_at,
  prod.current_duration,
  prod.avg_duration,
  prod.outlier_duration
from deploy_queue.current_deployments as prod
where prod.environment = 'prod'
order by prod.deployment_id;

comment on view deploy_queue.prod_current_deployments is
  'In prod: deployments that are queued, running or buffering.';
comment on column deploy_queue.prod_current_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.prod_current_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.prod_current_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.prod_current_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.prod_current_deployments.component is 'What is deployed.';
comment on column deploy_queue.prod_current_deployments.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.prod_current_deployments.version is 'Which version of the component; null when it was not said.';
comment on column deploy_queue.prod_current_deployments.current_status is 'held, queued, running or buffering.';
comment on column deploy_queue.prod_current_deployments.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.prod_current_deployments.start_timestamp is 'When it started; null while it is queued.';
comment on column deploy_queue.prod_current_deployments.finish_timestamp is 'When it finished; null unless it is buffering.';
comment on column deploy_queue.prod_current_deployments.cancellation_timestamp is 'Always null: cancelled deployments are not current.';
comment on column deploy_queue.prod_current_deployments.created_at is 'When it entered the line.';
comment on column deploy_queue.prod_current_deployments.current_duration is 'How long ago it started.';
comment on column deploy_queue.prod_current_deployments.avg_duration is 'How long its component usually takes in this cell; null without history.';
comment on column deploy_queue.prod_current_deployments.outlier_duration is 'After how long it is an outlier: mean plus two standard deviations; null with fewer than two samples.';
