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
