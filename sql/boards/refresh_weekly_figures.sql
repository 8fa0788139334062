-- Adds up weeks that are over, the newest first, at most so many. Returns how many; 0 when none is left.
-- Called by the background worker.
create or replace function deploy_queue.refresh_weekly_figures(batch_size integer default 10) returns integer
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_week constant interval := '168 hours';
  -- A transaction that ended a deployment in a week holds the lock of its cell until it commits. None lasts for a day.
  v_last timestamptz := date_trunc('week', deploy_queue._now() - interval '1 day', 'UTC') - v_week;
  v_first timestamptz := (select deployments.created_at from deploy_queue.deployments order by deployments.id limit 1);
  v_weeks timestamptz[];
begin
  -- Its lock holds up the history of all environments.
  if exists (select from deploy_queue.environments where not deploy_queue._may_change(environments.environment)) then
    return 0;
  end if;
  -- Waits for those who add to history, and holds up the next of them.
  lock table deploy_queue.summed_weeks in share row exclusive mode;

  v_weeks := array(
    select missing.week
    from generate_series(v_last, greatest(v_first - v_week, v_last - interval '10 years'), - v_week) as missing (week)
    where v_first is not null and not exists (select from deploy_queue.summed_weeks where summed_weeks.week = missing.week)
    limit batch_size
  );
  insert into deploy_queue.summed_weeks select unnest(v_weeks);
  insert into deploy_queue.weekly_figures
  select figures.* from unnest(v_weeks) as missing (week)
  cross join lateral deploy_queue._figures_between(missing.week, missing.week + v_week) as figures;
  return cardinality(v_weeks);
end;
$$;

comment on function deploy_queue.refresh_weekly_figures(integer) is
  'Adds up the figures of weeks that are over; returns of how many, 0 when none is left.';
