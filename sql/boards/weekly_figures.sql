-- What happened in each week that begins in this time: how often deployments were made, how long they took, how many were cancelled.
-- Read by boards and reviews, and by the views that show a part of it. Weeks that are over are added up once, by the worker; their
-- figures stay when their deployments are pruned. Without a worker, all are computed here: right, and slower.
create or replace function deploy_queue.weekly_figures(since timestamptz default '-infinity', until timestamptz default 'infinity')
returns setof deploy_queue.weekly_figures
language plpgsql stable rows 100
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_week constant interval := '168 hours';
  v_first timestamptz := date_trunc('week', weekly_figures.since + v_week - interval '1 microsecond', 'UTC');
  v_end timestamptz := date_trunc('week', weekly_figures.until, 'UTC') + v_week;
  v_gap record;
begin
  return query
  select known.* from deploy_queue.weekly_figures as known where known.week between v_first and weekly_figures.until;

  for v_gap in
    select coalesce(lag(known.week) over (order by known.week) + v_week, v_first) as since, known.week as until
    from (
      select summed_weeks.week from deploy_queue.summed_weeks where summed_weeks.week between v_first and weekly_figures.until
      union all
      select v_end
    ) as known
  loop
    if v_gap.since < v_gap.until then
      return query select * from deploy_queue._figures_between(v_gap.since, v_gap.until);
    end if;
  end loop;
end;
$$;

comment on function deploy_queue.weekly_figures(timestamptz, timestamptz) is
  'What happened in each week whose Monday lies between these moments, by environment and component.';
comment on table deploy_queue.weekly_figures is 'Figures of weeks that are over. Read the function of the same name: it has the other weeks, too.';
comment on column deploy_queue.weekly_figures.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.weekly_figures.started_count is 'How many started.';
comment on column deploy_queue.weekly_figures.finished_count is 'How many finished.';
comment on column deploy_queue.weekly_figures.cancelled_count is 'How many were cancelled.';
comment on column deploy_queue.weekly_figures.cancelled_running_count is 'How many of those were running already.';
comment on column deploy_queue.weekly_figures.day_count is 'On how many days of the week at least one finished.';
comment on column deploy_queue.weekly_figures.median_wait_time is 'Time from entering the line to the start, of all that started: the median.';
comment on column deploy_queue.weekly_figures.p95_wait_time is '95th percentile of the wait.';
comment on column deploy_queue.weekly_figures.p99_wait_time is '99th percentile of the wait.';
comment on column deploy_queue.weekly_figures.max_wait_time is 'The longest wait.';
comment on column deploy_queue.weekly_figures.avg_wait is 'Of those that finished: mean time from entering the line to the start.';
comment on column deploy_queue.weekly_figures.avg_duration is 'Mean time from the start to the finish.';
comment on column deploy_queue.weekly_figures.avg_lead_time is 'Mean time from entering the line to the finish.';
comment on column deploy_queue.weekly_figures.median_lead_time is 'Median of the same.';
comment on column deploy_queue.weekly_figures.p90_lead_time is '90th percentile of the same.';
comment on table deploy_queue.summed_weeks is 'The weeks whose figures are kept in weekly_figures.';
