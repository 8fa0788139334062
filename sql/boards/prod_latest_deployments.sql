-- latest_deployments of prod.
-- Read by boards that were made for one environment.
create or replace view deploy_queue.prod_latest_deployments as
select
  prod.environment,
  prod.cloud_provider,
  prod.region,
  prod.cell_index,
  prod.component,
  prod.version,
  prod.component_status,
  prod.job_url,
  prod.created_at
from deploy_queue.latest_deployments as prod
where prod.environment = 'prod'
order by prod.environment, prod.cloud_provider, prod.region, prod.cell_index, prod.component;

comment on view deploy_queue.prod_latest_deployments is
  'In prod: the newest version of each component in its environment, and how far it is in each cell that has the component.';
comment on column deploy_queue.prod_latest_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.prod_latest_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.prod_latest_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.prod_latest_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.prod_latest_deployments.component is 'What is deployed.';
comment on column deploy_queue.prod_latest_deployments.version is 'The newest version of the component in the environment: that of the highest id that was not cancelled.';
comment on column deploy_queue.prod_latest_deployments.component_status is 'State of that version in this cell; pending where the cell has not seen it yet.';
comment on column deploy_queue.prod_latest_deployments.job_url is 'Page of the job that deploys it here; empty while it is pending.';
comment on column deploy_queue.prod_latest_deployments.created_at is 'When it entered the line here; null while it is pending.';
