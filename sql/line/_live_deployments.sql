-- Deployments that are queued or running: two scans of small indexes, whatever the history.
-- Read by the functions that look beyond one cell.
create or replace view deploy_queue._live_deployments as
select * from deploy_queue._queued
union all
select * from deploy_queue._running;

comment on view deploy_queue._live_deployments is 'Private: deployments that are queued or running.';
