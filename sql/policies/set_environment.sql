-- Adds an environment or changes its policies; what is not given stays as it is.
-- Called by clients; plain INSERT and UPDATE of the table do the same.
create or replace function deploy_queue.set_environment(
  environment text,
  buffer_time interval default null,
  heartbeat_timeout interval default null,
  max_duration interval default null,
  retention interval default null,
  unkept_after interval default null,
  has_closed_cells boolean default null,
  ordering deploy_queue.ordering default null,
  slots integer default null,
  refuse_outdated boolean default null,
  max_reservation interval default null,
  without text[] default '{}'
) returns deploy_queue.environments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment deploy_queue.environments;
begin
  perform deploy_queue._require_right(btrim(set_environment.environment));

  insert into deploy_queue.environments as existing (
    environment, buffer_time, heartbeat_timeout, max_duration, retention, unkept_after, has_closed_cells, ordering, slots,
    refuse_outdated, max_reservation
  ) values (
    btrim(set_environment.environment),
    coalesce(set_environment.buffer_time, '0'),
    coalesce(set_environment.heartbeat_timeout, '15 minutes'),
    set_environment.max_duration,
    set_environment.retention,
    coalesce(set_environment.unkept_after, '1 hour'),
    coalesce(set_environment.has_closed_cells, false),
    coalesce(set_environment.ordering, 'sequential'),
    coalesce(set_environment.slots, 1),
    coalesce(set_environment.refuse_outdated, false),
    coalesce(set_environment.max_reservation, '4 hours')
  )
  on conflict on constraint environments_pkey do update
  set buffer_time = coalesce(set_environment.buffer_time, existing.buffer_time),
    heartbeat_timeout = coalesce(set_environment.heartbeat_timeout, existing.heartbeat_timeout),
    max_duration = case
      when 'max_duration' <> all (set_environment.without) then coalesce(set_environment.max_duration, existing.max_duration)
    end,
    retention = case
      when 'retention' <> all (set_environment.without) then coalesce(set_environment.retention, existing.retention)
    end,
    unkept_after = coalesce(set_environment.unkept_after, existing.unkept_after),
    has_closed_cells = coalesce(set_environment.has_closed_cells, existing.has_closed_cells),
    ordering = coalesce(set_environment.ordering, existing.ordering),
    slots = coalesce(set_environment.slots, existing.slots),
    refuse_outdated = coalesce(set_environment.refuse_outdated, existing.refuse_outdated),
    max_reservation = coalesce(set_environment.max_reservation, existing.max_reservation)
  returning existing.* into v_environment;
  return v_environment;
end;
$$;

comment on function deploy_queue.set_environment(
  text, interval, interval, interval, interval, interval, boolean, deploy_queue.ordering, integer, boolean, interval, text[]
) is
  'Adds an environment or changes its policies; a null argument leaves that policy as it is. has_closed_cells: only cells that were added may be deployed to. ordering: sequential (all run, in order), latest (of the waiting ones of a component only the newest stays), latest-ready (the newest that is not reserved goes first). slots: how many deployments without a common key may run in a cell at once. refuse_outdated: nothing starts after a higher sequence of its component. max_reservation: for how long a place may be reserved. without: names of policies that it is to have no longer: max_duration, retention. Returns the environment.';
