-- finished_deployments of prod.
-- Read by boards that were made for one environment.
create or replace view deploy_queue.prod_finished_deployments as
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
  prod.created_at
from deploy_queue.finished_deployments as prod
where prod.environment = 'prod'
order by prod.deployment_id;

comment on view deploy_queue.prod_finished_deployments is
  'In prod: deployments that finished and whose buffer is over.';
comment on column deploy_queue.prod_finished_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.prod_finished_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.prod_finished_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.prod_finished_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.prod_finished_deployments.component is 'What is deployed.';
comment on column deploy_queue.prod_finished_deployments.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.prod_finished_deployments.version is 'Which version of the component; null when it was not said.';
comment on column deploy_queue.prod_finished_deployments.current_status is 'finished.';
comment on column deploy_queue.prod_finished_deployments.url is 'Page of the job or person who deployed.';
comment on column deploy_queue.prod_finished_deployments.start_timestamp is 'When it started.';
comment on column deploy_queue.prod_finished_deployments.finish_timestamp is 'When it finished.';
comment on column deploy_queue.prod_finished_deployments.created_at is 'When it entered the line.';
