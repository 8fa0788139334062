-- The figures of the weeks that begin in this time, from their deployments. Both are Mondays, UTC, or infinite.
-- Called by weekly_figures for the weeks whose figures are not kept, and by refresh_weekly_figures.
create or replace function deploy_queue._figures_between(since timestamptz, until timestamptz)
returns setof deploy_queue.weekly_figures
language plpgsql stable rows 100
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with started as (
    select date_trunc('week', deployments.start_timestamp, 'UTC') as week, deployments.environment, deployments.component,
      count(*)::integer as started_count,
      -- Numbers are sorted in a third of the time that intervals take.
      percentile_cont(array[0.5, 0.95, 0.99, 1]) within group (
        order by date_part('epoch', deployments.start_timestamp - deployments.created_at)
      ) as wait
    from deploy_queue.deployments
    where deployments.start_timestamp >= _figures_between.since and deployments.start_timestamp < _figures_between.until
    group by 1, 2, 3
  ),
  finished as (
    select date_trunc('week', deployments.finish_timestamp, 'UTC') as week, deployments.environment, deployments.component,
      count(*)::integer as finished_count,
      count(distinct date_trunc('day', deployments.finish_timestamp, 'UTC'))::integer as day_count,
      avg(date_part('epoch', deployments.start_timestamp - deployments.created_at)) as avg_wait,
      avg(date_part('epoch', deployments.finish_timestamp - deployments.start_timestamp)) as avg_duration,
      percentile_cont(array[0.5, 0.9]) within group (
        order by date_part('epoch', deployments.finish_timestamp - deployments.created_at)
      ) as lead
    from deploy_queue.deployments
    where deployments.finish_timestamp >= _figures_between.since and deployments.finish_timestamp < _figures_between.until
    group by 1, 2, 3
  ),
  cancelled as (
    select date_trunc('week', deployments.cancellation_timestamp, 'UTC') as week, deployments.environment, deployments.component,
      count(*)::integer as cancelled_count,
      count(deployments.start_timestamp)::integer as cancelled_running_count
    from deploy_queue.deployments
    where deployments.cancellation_timestamp >= _figures_between.since
      and deployments.cancellation_timestamp < _figures_between.until
      -- It was never let in.
      and deployments.cancellation_kind is distinct from 'rejected'
    group by 1, 2, 3
  )
  select week, environment, component, coalesce(started.started_count, 0), coalesce(finished.finished_count, 0),
    coalesce(cancelled.cancelled_count, 0), coalesce(cancelled.cancelled_running_count, 0), coalesce(finished.day_count, 0),
    make_interval(secs => started.wait[1]), make_interval(secs => started.wait[2]), make_interval(secs => started.wait[3]),
    make_interval(secs => started.wait[4]), make_interval(secs => finished.avg_wait),
    make_interval(secs => finished.avg_duration), make_interval(secs => finished.avg_wait + finished.avg_duration),
    make_interval(secs => finished.lead[1]), make_interval(secs => finished.lead[2])
  from started
  full join finished using (week, environment, component)
  full join cancelled using (week, environment, component);
end;
$$;
