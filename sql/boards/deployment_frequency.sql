-- How often deployments succeed: the first of the four DORA measures.
-- Read by boards and reviews.
create or replace view deploy_queue.deployment_frequency as
select
  deployments.environment,
  deployments.component,
  date_trunc('week', deployments.finish_timestamp, 'UTC') as week,
  count(*)::integer as deployment_count,
  count(distinct (deployments.finish_timestamp at time zone 'UTC')::date)::integer as day_count
from deploy_queue.deployments
where deployments.finish_timestamp is not null
group by deployments.environment, deployments.component, date_trunc('week', deployments.finish_timestamp, 'UTC');

comment on view deploy_queue.deployment_frequency is
  'Finished deployments of each component by week.';
comment on column deploy_queue.deployment_frequency.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.deployment_frequency.deployment_count is 'How many finished.';
comment on column deploy_queue.deployment_frequency.day_count is 'On how many days of the week at least one finished.';
