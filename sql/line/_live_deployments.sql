-- Everybody who is queued or running: two scans of small indexes, whatever the history.
-- Read by the functions that look beyond one cell.
create or replace view deploy_queue._live_deployments as
select *
from deploy_queue.deployments as queued
where queued.start_timestamp is null
  and queued.finish_timestamp is null
  and queued.cancellation_timestamp is null
union all
select *
from deploy_queue.deployments as running
where running.start_timestamp is not null
  and running.finish_timestamp is null
  and running.cancellation_timestamp is null;

comment on view deploy_queue._live_deployments is 'Private: deployments that are queued or running.';
