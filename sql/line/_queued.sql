-- Deployments that wait, those on hold included. The partial index deployments_queued serves it.
-- Read by every function that looks at a line.
create or replace view deploy_queue._queued as
select deployments as deployment, deployments.*
from deploy_queue.deployments
where deployments.start_timestamp is null
  and deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null;

comment on view deploy_queue._queued is 'Private: deployments that are queued or on hold.';
