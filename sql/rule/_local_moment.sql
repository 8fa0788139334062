-- When the clock of a zone shows a time. Of a time that it skips, that is the moment of the change: PostgreSQL takes the clock before the
-- change for it, and is as late as the time lies behind the change. Called by _openings.
create or replace function deploy_queue._local_moment(local_time timestamp, zone text) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_moment timestamptz := local_time at time zone zone;
  v_skipped interval := (v_moment at time zone zone) - local_time;
begin
  if v_skipped <= interval '0' then
    return v_moment;
  end if;
  -- Clocks change at whole minutes.
  return (
    select min(minute)
    from generate_series(date_trunc('minute', v_moment - v_skipped), v_moment, interval '1 minute') as minute
    where minute at time zone zone >= local_time
  );
end;
$$;
