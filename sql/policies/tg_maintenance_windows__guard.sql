-- Accepts only time zones that PostgreSQL knows, and stores its spelling: every decision in the environment needs their time.
-- Fires for every INSERT into maintenance_windows and every UPDATE.
create or replace function deploy_queue.tg_maintenance_windows__guard() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_zone text := (
    select known.name from pg_timezone_names as known where lower(known.name) = lower(new.zone) order by known.name limit 1
  );
begin
  new.environment := btrim(new.environment);
  perform deploy_queue._require_right(new.environment);
  perform deploy_queue._require_environment(new.environment);
  if v_zone is null then
    raise exception using
      errcode = 'QD026',
      message = format('zone %s is no time zone that PostgreSQL knows', coalesce(quote_ident(new.zone), 'null')),
      hint = 'Such as UTC or Europe/Berlin; the view pg_timezone_names has all of them.';
  end if;
  new.zone := v_zone;
  new.days := array(select distinct day from unnest(new.days) as day order by day);
  return new;
end;
$$;

create or replace trigger tg_maintenance_windows__guard
before insert or update on deploy_queue.maintenance_windows
for each row execute function deploy_queue.tg_maintenance_windows__guard();
