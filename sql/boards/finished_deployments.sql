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
from deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment
left join deploy_queue.component_policies as own
  on own.environment = deployments.environment and own.component = deployments.component
where deployments.finish_timestamp is not null
  and (deployments.finish_timestamp <= (select deploy_queue._now()) - coalesce(own.buffer_time, environments.buffer_time)
    or deployments.finish_timestamp >= (select deploy_queue._now()) + coalesce(own.buffer_time, environments.buffer_time));

comment on view deploy_queue.finished_deployments is
  'Deployments that finished and whose buffer is over.';
comment on column deploy_queue.finished_deployments.current_status is 'finished.';
