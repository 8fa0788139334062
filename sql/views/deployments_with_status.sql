-- Every deployment with its state right now.
-- Read by "deploy-queue info" and by other services that ask for one deployment.
create or replace view deploy_queue.deployments_with_status as
select
  deployments.*,
  deploy_queue._status(deployments, environments.buffer_time) as status
from deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment;

comment on view deploy_queue.deployments_with_status is 'deployments, and the state that their timestamps mean right now.';
