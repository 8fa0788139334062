-- Deployments that finished and whose buffer is over.
-- Read by boards and people; filter by created_at or finish_timestamp, which an index serves.
create or replace view deploy_queue.finished_deployments as
select
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.component,
  deployments.id as deployment_id,
  deployments.version,
  'finished'::deploy_queue.deployment_status as current_status,
  deployments.url,
  deployments.start_timestamp,
  deployments.finish_timestamp,
  deployments.created_at
from (select deploy_queue._now() as now) as clock
cross join deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment
where deployments.finish_timestamp is not null
  and deployments.finish_timestamp <= clock.now - environments.buffer_time;

comment on view deploy_queue.finished_deployments is
  'Deployments that finished and whose buffer is over.';
comment on column deploy_queue.finished_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.finished_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.finished_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.finished_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.finished_deployments.component is 'What is deployed.';
comment on column deploy_queue.finished_deployments.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.finished_deployments.version is 'Which version of the component; null when it was not said.';
comment on column deploy_queue.finished_deployments.current_status is 'finished.';
comment on column deploy_queue.finished_deployments.url is 'Page of the job or person who deployed.';
comment on column deploy_queue.finished_deployments.start_timestamp is 'When it started.';
comment on column deploy_queue.finished_deployments.finish_timestamp is 'When it finished.';
comment on column deploy_queue.finished_deployments.created_at is 'When it entered the line.';
