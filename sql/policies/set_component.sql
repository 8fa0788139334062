-- Says what a component demands otherwise than its environment; what is not given stays as it is.
-- Called by clients; plain INSERT, UPDATE and DELETE of the table component_policies do the same.
create or replace function deploy_queue.set_component(
  environment text,
  component text,
  buffer_time interval default null,
  heartbeat_timeout interval default null,
  max_duration interval default null,
  unkept_after interval default null,
  ordering deploy_queue.ordering default null,
  slots integer default null,
  refuse_outdated boolean default null,
  max_reservation interval default null,
  without text[] default '{}'
) returns deploy_queue.component_policies
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_policies deploy_queue.component_policies;
begin
  perform deploy_queue._require_right(btrim(set_component.environment));
  perform deploy_queue._require_environment(btrim(set_component.environment));
  perform deploy_queue._require_component_name(btrim(set_component.component));

  insert into deploy_queue.component_policies as existing (
    environment, component, buffer_time, heartbeat_timeout, max_duration, unkept_after, ordering, slots, refuse_outdated, max_reservation
  ) values (
    btrim(set_component.environment), btrim(set_component.component), set_component.buffer_time, set_component.heartbeat_timeout,
    set_component.max_duration, set_component.unkept_after, set_component.ordering, set_component.slots,
    set_component.refuse_outdated, set_component.max_reservation
  )
  on conflict on constraint component_policies_pkey do update
  set buffer_time = case when 'buffer_time' <> all (set_component.without)
      then coalesce(set_component.buffer_time, existing.buffer_time) end,
    heartbeat_timeout = case when 'heartbeat_timeout' <> all (set_component.without)
      then coalesce(set_component.heartbeat_timeout, existing.heartbeat_timeout) end,
    max_duration = case when 'max_duration' <> all (set_component.without)
      then coalesce(set_component.max_duration, existing.max_duration) end,
    unkept_after = case when 'unkept_after' <> all (set_component.without)
      then coalesce(set_component.unkept_after, existing.unkept_after) end,
    ordering = case when 'ordering' <> all (set_component.without) then coalesce(set_component.ordering, existing.ordering) end,
    slots = case when 'slots' <> all (set_component.without) then coalesce(set_component.slots, existing.slots) end,
    refuse_outdated = case when 'refuse_outdated' <> all (set_component.without)
      then coalesce(set_component.refuse_outdated, existing.refuse_outdated) end,
    max_reservation = case when 'max_reservation' <> all (set_component.without)
      then coalesce(set_component.max_reservation, existing.max_reservation) end
  returning existing.* into v_policies;
  return v_policies;
end;
$$;

comment on function deploy_queue.set_component(
  text, text, interval, interval, interval, interval, deploy_queue.ordering, integer, boolean, interval, text[]
) is
  'Says what a component demands otherwise than its environment; a null argument leaves that policy as it is. slots: how many slots of a cell it may take at once. without: names of policies in which it is to follow its environment again. Returns what it demands.';
