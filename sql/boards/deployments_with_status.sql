-- Every deployment with its state right now.
-- Read by the command line and by other services that ask for one deployment.
create or replace view deploy_queue.deployments_with_status as
select
  deploy_queue._status(deployments, coalesce(own.buffer_time, environments.buffer_time)) as status,
  -- The columns of the table come last: a view gets new columns only at its end.
  deployments.*
from deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment
left join deploy_queue.component_policies as own
  on own.environment = deployments.environment and own.component = deployments.component;

comment on view deploy_queue.deployments_with_status is 'deployments, and the state that their timestamps mean right now.';
comment on column deploy_queue.deployments_with_status.status is
  'held, queued, running, verifying, stopping, buffering, finished, failed or cancelled, right now.';
