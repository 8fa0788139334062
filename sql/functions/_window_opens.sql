-- When the next maintenance window of an environment opens; null while one is open, and where there are none.
-- Called by the rule.
create or replace function deploy_queue._window_opens(environment text) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  return (
    select case when not bool_or(v_now >= window_.opens and v_now < window_.closes) then
      min(window_.opens) filter (where window_.opens > v_now)
    end
    from deploy_queue.maintenance_windows as policy
    -- From yesterday, whose window may end today, to a whole week later.
    cross join lateral (
      select (v_now at time zone policy.zone)::date + days.ahead as date from generate_series(-1, 8) as days (ahead)
    ) as day
    cross join lateral (
      select
        (day.date + policy.opens_at) at time zone policy.zone as opens,
        (day.date + policy.closes_at + case when policy.closes_at < policy.opens_at then interval '1 day' else '0' end)
          at time zone policy.zone as closes
    ) as window_
    where policy.environment = _window_opens.environment
      and extract(isodow from day.date) = any (policy.days)
  );
end;
$$;
