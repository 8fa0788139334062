-- How often deployments succeed: the first of the four DORA measures.
-- Read by boards and reviews.
create or replace view deploy_queue.deployment_frequency as
select
  figures.environment,
  figures.component,
  figures.week,
  figures.finished_count as deployment_count,
  figures.day_count
from deploy_queue.weekly_figures() as figures
where figures.finished_count > 0;

comment on view deploy_queue.deployment_frequency is
  'Finished deployments of each component by week.';
comment on column deploy_queue.deployment_frequency.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.deployment_frequency.deployment_count is 'How many finished.';
comment on column deploy_queue.deployment_frequency.day_count is 'On how many days of the week at least one finished.';
