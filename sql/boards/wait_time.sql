-- How long deployments wait for their turn.
-- Read by boards and reviews.
create or replace view deploy_queue.wait_time as
select
  deployments.environment,
  deployments.component,
  date_trunc('week', deployments.start_timestamp, 'UTC') as week,
  count(*)::integer as deployment_count,
  percentile_cont(0.5) within group (order by deployments.start_timestamp - deployments.created_at) as median_wait_time,
  percentile_cont(0.95) within group (order by deployments.start_timestamp - deployments.created_at) as p95_wait_time,
  percentile_cont(0.99) within group (order by deployments.start_timestamp - deployments.created_at) as p99_wait_time,
  max(deployments.start_timestamp - deployments.created_at) as max_wait_time
from deploy_queue.deployments
where deployments.start_timestamp is not null
group by deployments.environment, deployments.component, date_trunc('week', deployments.start_timestamp, 'UTC');

comment on view deploy_queue.wait_time is
  'Time from entering the line to the start, of all that started, by week.';
comment on column deploy_queue.wait_time.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.wait_time.deployment_count is 'How many started.';
comment on column deploy_queue.wait_time.median_wait_time is 'Median of the wait.';
comment on column deploy_queue.wait_time.p95_wait_time is '95th percentile of the wait.';
comment on column deploy_queue.wait_time.p99_wait_time is '99th percentile of the wait.';
comment on column deploy_queue.wait_time.max_wait_time is 'The longest wait.';
