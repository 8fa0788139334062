-- The same interval without months and days, whose length depends on the calendar and the time zone of the session.
-- Called by the triggers that store durations.
create or replace function deploy_queue._in_seconds(duration interval) returns interval
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return make_interval(secs => extract(epoch from duration)::double precision);
end;
$$;
