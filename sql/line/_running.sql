-- Deployments that have started and not ended. The partial index deployments_running serves it.
-- Read by every function that looks at the holders of a cell.
create or replace view deploy_queue._running as
select deployments as deployment, deployments.*
from deploy_queue.deployments
where deployments.start_timestamp is not null
  and deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null;

comment on view deploy_queue._running is 'Private: deployments that are running.';
