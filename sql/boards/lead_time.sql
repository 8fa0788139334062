-- How long deployments take from entering the line to their end, and which part of it they wait.
-- Read by boards and reviews.
create or replace view deploy_queue.lead_time as
select
  deployments.environment,
  deployments.component,
  date_trunc('week', deployments.finish_timestamp, 'UTC') as week,
  count(*)::integer as deployment_count,
  avg(deployments.start_timestamp - deployments.created_at) as avg_wait,
  avg(deployments.finish_timestamp - deployments.start_timestamp) as avg_duration,
  avg(deployments.finish_timestamp - deployments.created_at) as avg_lead_time,
  percentile_cont(0.5) within group (order by deployments.finish_timestamp - deployments.created_at) as median_lead_time,
  percentile_cont(0.9) within group (order by deployments.finish_timestamp - deployments.created_at) as p90_lead_time
from deploy_queue.deployments
where deployments.finish_timestamp is not null
group by deployments.environment, deployments.component, date_trunc('week', deployments.finish_timestamp, 'UTC');

comment on view deploy_queue.lead_time is
  'Time from entering the line to the finish, of deployments that finished, by week.';
comment on column deploy_queue.lead_time.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.lead_time.deployment_count is 'How many finished.';
comment on column deploy_queue.lead_time.avg_wait is 'Mean time from entering the line to the start.';
comment on column deploy_queue.lead_time.avg_duration is 'Mean time from the start to the finish.';
comment on column deploy_queue.lead_time.avg_lead_time is 'Mean time from entering the line to the finish.';
comment on column deploy_queue.lead_time.median_lead_time is 'Median of the same.';
comment on column deploy_queue.lead_time.p90_lead_time is '90th percentile of the same.';
