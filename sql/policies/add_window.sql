-- Adds a maintenance window to an environment; from then on deployments of it start in its windows only.
-- Called by operators.
create or replace function deploy_queue.add_window(
  environment text,
  days smallint[],
  opens_at time,
  closes_at time,
  zone text default 'UTC'
) returns deploy_queue.maintenance_windows
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_window deploy_queue.maintenance_windows;
begin
  insert into deploy_queue.maintenance_windows as added (environment, days, opens_at, closes_at, zone)
  values (add_window.environment, add_window.days, add_window.opens_at, add_window.closes_at, add_window.zone)
  returning added.* into v_window;
  return v_window;
end;
$$;

comment on function deploy_queue.add_window(text, smallint[], time, time, text) is
  'Lets deployments of the environment start on these days (1 is Monday) between these times of the zone, and otherwise only in its other windows. Returns the window.';
