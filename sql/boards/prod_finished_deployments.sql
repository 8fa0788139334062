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
