-- A moment as people write it: a time that says its zone, or a duration from now, such as 2h, or PT2H as in ISO 8601.
-- Called by clients, so that the zones are those of PostgreSQL and the clock is that of the database.
create or replace function deploy_queue.moment(text text) returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  v_moment timestamptz;
begin
  if moment.text like 'P%'
    or moment.text ~ '^(\s*\d+(\.\d+)?\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?))+\s*$'
  then
    v_moment := deploy_queue._now() + moment.text::interval;
  else
    v_moment := moment.text::timestamptz;
    -- A text that says its zone means the same moment in every session's zone.
    perform set_config('timezone', 'Etc/GMT+12', true);
    if v_moment <> moment.text::timestamptz then
      raise exception using
        errcode = 'QD030',
        message = format('%s does not say its time zone', quote_literal(moment.text)),
        hint = 'Such as 2026-11-01T02:00:00Z or 2026-11-01 02:00 Europe/Berlin.';
    end if;
  end if;
  if not isfinite(v_moment) then
    raise datetime_field_overflow;
  end if;
  return v_moment;
exception
  when invalid_datetime_format or datetime_field_overflow or invalid_parameter_value or interval_field_overflow
    or invalid_time_zone_displacement_value then
    raise exception using
      errcode = 'QD030',
      message = format('%s is no time', coalesce(quote_literal(moment.text), 'null')),
      hint = 'Such as 2026-11-01T02:00:00Z, 2026-11-01 02:00 Europe/Berlin, or a duration from now such as 2h.';
end;
$$;

comment on function deploy_queue.moment(text) is
  'The moment that a text means: a time that says its zone (2026-11-01 02:00 Europe/Berlin), or a duration from now (2h, PT2H).';
