-- How long deployments wait for their turn.
-- Read by boards and reviews.
create or replace view deploy_queue.wait_time as
select
  figures.environment,
  figures.component,
  figures.week,
  figures.started_count as deployment_count,
  figures.median_wait_time,
  figures.p95_wait_time,
  figures.p99_wait_time,
  figures.max_wait_time
from deploy_queue.weekly_figures() as figures
where figures.started_count > 0;

comment on view deploy_queue.wait_time is
  'Time from entering the line to the start, of all that started, by week.';
comment on column deploy_queue.wait_time.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.wait_time.deployment_count is 'How many started.';
comment on column deploy_queue.wait_time.median_wait_time is 'Median of the wait.';
comment on column deploy_queue.wait_time.p95_wait_time is '95th percentile of the wait.';
comment on column deploy_queue.wait_time.p99_wait_time is '99th percentile of the wait.';
comment on column deploy_queue.wait_time.max_wait_time is 'The longest wait.';
