-- Running deployments that take longer than usual: mean plus two standard deviations. One sample has no deviation.
-- Read by the command line, the worker and boards.
create or replace view deploy_queue.outliers as
with clock as materialized (select deploy_queue._now() as now)
select
  deployments.id,
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.component,
  deployments.version,
  deployments.url,
  deployments.note,
  deployments.start_timestamp,
  clock.now - deployments.start_timestamp as current_duration,
  usual.avg_duration,
  usual.stddev_duration
from clock
cross join deploy_queue._all_running() as deployments
join deploy_queue.deployment_durations as usual
  on usual.cell_id = deployments.cell_id and usual.component = deployments.component
where usual.last_finish_timestamp > clock.now - interval '3 months'
  and clock.now - deployments.start_timestamp > usual.avg_duration + 2 * usual.stddev_duration;

comment on view deploy_queue.outliers is
  'Running deployments that take longer than the mean plus two standard deviations of the last 100 of their kind.';
comment on column deploy_queue.outliers.current_duration is 'How long ago that was.';
comment on column deploy_queue.outliers.avg_duration is 'How long its component usually takes in this cell.';
comment on column deploy_queue.outliers.stddev_duration is 'Standard deviation of it.';
