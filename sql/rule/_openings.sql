-- The maintenance windows of an environment as moments: those of yesterday, which may last until today, and of the next
-- two weeks. Called by the rule and the view of windows.
create or replace function deploy_queue._openings(environment text)
returns table (window_id integer, opens timestamptz, closes timestamptz)
language plpgsql stable rows 10
-- A reader of the view of windows may not call what it calls.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  return query
  select policy.id, opening.opens, opening.closes
  from deploy_queue.maintenance_windows as policy
  cross join lateral (
    select (v_now at time zone policy.zone)::date + days.ahead as date from generate_series(-1, 15) as days (ahead)
  ) as day
  cross join lateral (
    select
      deploy_queue._local_moment(day.date + policy.opens_at, policy.zone) as opens,
      deploy_queue._local_moment(
        day.date + policy.closes_at + case when policy.closes_at < policy.opens_at then interval '1 day' else '0' end, policy.zone
      ) as closes
  ) as opening
  where policy.environment = _openings.environment
    and extract(isodow from day.date) = any (policy.days)
    -- A window within an hour that the clock skips does not open.
    and opening.opens < opening.closes;
end;
$$;
