-- How long deployments take from entering the line to their end, and which part of it they wait.
-- Read by boards and reviews.
create or replace view deploy_queue.lead_time as
select
  figures.environment,
  figures.component,
  figures.week,
  figures.finished_count as deployment_count,
  figures.avg_wait,
  figures.avg_duration,
  figures.avg_lead_time,
  figures.median_lead_time,
  figures.p90_lead_time
from deploy_queue.weekly_figures() as figures
where figures.finished_count > 0;

comment on view deploy_queue.lead_time is
  'Time from entering the line to the finish, of deployments that finished, by week.';
comment on column deploy_queue.lead_time.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.lead_time.deployment_count is 'How many finished.';
comment on column deploy_queue.lead_time.avg_wait is 'Mean time from entering the line to the start.';
comment on column deploy_queue.lead_time.avg_duration is 'Mean time from the start to the finish.';
comment on column deploy_queue.lead_time.avg_lead_time is 'Mean time from entering the line to the finish.';
comment on column deploy_queue.lead_time.median_lead_time is 'Median of the same.';
comment on column deploy_queue.lead_time.p90_lead_time is '90th percentile of the same.';
