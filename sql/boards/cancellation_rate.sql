-- Which share of deployments does not end well: the change failure rate as far as the queue can know it.
-- Read by boards and reviews.
create or replace view deploy_queue.cancellation_rate as
select
  figures.environment,
  figures.component,
  figures.week,
  figures.finished_count + figures.cancelled_count as deployment_count,
  figures.cancelled_count,
  figures.cancelled_running_count,
  figures.cancelled_count::double precision / (figures.finished_count + figures.cancelled_count) as cancellation_rate
from deploy_queue.weekly_figures() as figures
where figures.finished_count + figures.cancelled_count > 0;

comment on view deploy_queue.cancellation_rate is
  'Share of cancelled deployments among those that ended, by week.';
comment on column deploy_queue.cancellation_rate.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.cancellation_rate.deployment_count is 'How many finished or were cancelled.';
comment on column deploy_queue.cancellation_rate.cancelled_count is 'How many of them were cancelled.';
comment on column deploy_queue.cancellation_rate.cancelled_running_count is 'How many of those were running already.';
comment on column deploy_queue.cancellation_rate.cancellation_rate is 'cancelled_count by deployment_count, from 0 to 1.';
