-- How long deployments of a component usually take in a cell.
-- Read by boards and by services that predict.
create or replace view deploy_queue.deployment_duration_analytics as
select
  cells.environment,
  cells.cloud_provider,
  cells.region,
  cells.cell_index,
  deployment_durations.component,
  deployment_durations.deployment_count,
  deployment_durations.avg_duration,
  deployment_durations.stddev_duration
from deploy_queue.deployment_durations
join deploy_queue.cells on cells.id = deployment_durations.cell_id
where deployment_durations.last_finish_timestamp > (select deploy_queue._now()) - interval '3 months';

comment on view deploy_queue.deployment_duration_analytics is
  'Mean and standard deviation of the durations of the last 100 deployments that finished within 3 months.';
comment on column deploy_queue.deployment_duration_analytics.deployment_count is 'How many samples there are, 100 at most.';
comment on column deploy_queue.deployment_duration_analytics.avg_duration is 'Mean time from start to finish.';
comment on column deploy_queue.deployment_duration_analytics.stddev_duration is 'Sample standard deviation of it; null for a single sample.';
