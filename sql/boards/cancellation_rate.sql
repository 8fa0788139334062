-- Which share of deployments does not end well: the change failure rate as far as the queue can know it.
-- Read by boards and reviews.
create or replace view deploy_queue.cancellation_rate as
select
  ended.environment,
  ended.component,
  date_trunc('week', ended.at, 'UTC') as week,
  count(*)::integer as deployment_count,
  count(ended.cancellation_timestamp)::integer as cancelled_count,
  count(ended.cancellation_timestamp) filter (where ended.start_timestamp is not null)::integer as cancelled_running_count,
  count(ended.cancellation_timestamp)::double precision / count(*) as cancellation_rate
from (
  select deployments.*, coalesce(deployments.finish_timestamp, deployments.cancellation_timestamp) as at
  from deploy_queue.deployments
  where deployments.finish_timestamp is not null or deployments.cancellation_timestamp is not null
) as ended
group by ended.environment, ended.component, date_trunc('week', ended.at, 'UTC');

comment on view deploy_queue.cancellation_rate is
  'Share of cancelled deployments among those that ended, by week.';
comment on column deploy_queue.cancellation_rate.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.cancellation_rate.deployment_count is 'How many finished or were cancelled.';
comment on column deploy_queue.cancellation_rate.cancelled_count is 'How many of them were cancelled.';
comment on column deploy_queue.cancellation_rate.cancelled_running_count is 'How many of those were running already.';
comment on column deploy_queue.cancellation_rate.cancellation_rate is 'cancelled_count by deployment_count, from 0 to 1.';
