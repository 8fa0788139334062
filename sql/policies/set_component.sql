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
  confirmation text default null,
  approvals integer default null,
  approvers text default null,
  promote_from text default null,
  promotion_cells deploy_queue.promotion_cells default null,
  soak interval default null,
  same_artifact boolean default null,
  require_checks text[] default null,
  require_verification boolean default null,
  gate_rollbacks boolean default null,
  hold_after_failure boolean default null,
  log boolean default null,
  log_limit integer default null,
  log_retention interval default null,
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

  perform deploy_queue._changes_one_environment(true);
  insert into deploy_queue.component_policies as existing (
    environment, component, buffer_time, heartbeat_timeout, max_duration, unkept_after, ordering, slots, refuse_outdated, max_reservation,
    confirmation, approvals, approvers, promote_from, promotion_cells, soak, same_artifact, require_checks, require_verification,
    gate_rollbacks, hold_after_failure, log, log_limit, log_retention
  ) values (
    btrim(set_component.environment), btrim(set_component.component), set_component.buffer_time, set_component.heartbeat_timeout,
    set_component.max_duration, set_component.unkept_after, set_component.ordering, set_component.slots,
    set_component.refuse_outdated, set_component.max_reservation, set_component.confirmation, set_component.approvals,
    set_component.approvers, set_component.promote_from, set_component.promotion_cells, set_component.soak,
    set_component.same_artifact, set_component.require_checks, set_component.require_verification, set_component.gate_rollbacks,
    set_component.hold_after_failure, set_component.log, set_component.log_limit, set_component.log_retention
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
      then coalesce(set_component.max_reservation, existing.max_reservation) end,
    confirmation = case when 'confirmation' <> all (set_component.without)
      then coalesce(set_component.confirmation, existing.confirmation) end,
    approvals = case when 'approvals' <> all (set_component.without)
      then coalesce(set_component.approvals, existing.approvals) end,
    approvers = case when 'approvers' <> all (set_component.without)
      then coalesce(set_component.approvers, existing.approvers) end,
    promote_from = case when 'promote_from' <> all (set_component.without)
      then coalesce(set_component.promote_from, existing.promote_from) end,
    promotion_cells = case when 'promotion_cells' <> all (set_component.without)
      then coalesce(set_component.promotion_cells, existing.promotion_cells) end,
    soak = case when 'soak' <> all (set_component.without)
      then coalesce(set_component.soak, existing.soak) end,
    same_artifact = case when 'same_artifact' <> all (set_component.without)
      then coalesce(set_component.same_artifact, existing.same_artifact) end,
    require_checks = case when 'require_checks' <> all (set_component.without)
      then coalesce(set_component.require_checks, existing.require_checks) end,
    require_verification = case when 'require_verification' <> all (set_component.without)
      then coalesce(set_component.require_verification, existing.require_verification) end,
    gate_rollbacks = case when 'gate_rollbacks' <> all (set_component.without)
      then coalesce(set_component.gate_rollbacks, existing.gate_rollbacks) end,
    hold_after_failure = case when 'hold_after_failure' <> all (set_component.without)
      then coalesce(set_component.hold_after_failure, existing.hold_after_failure) end,
    log = case when 'log' <> all (set_component.without) then coalesce(set_component.log, existing.log) end,
    log_limit = case when 'log_limit' <> all (set_component.without)
      then coalesce(set_component.log_limit, existing.log_limit) end,
    log_retention = case when 'log_retention' <> all (set_component.without)
      then coalesce(set_component.log_retention, existing.log_retention) end
  returning existing.* into v_policies;
  perform deploy_queue._changes_one_environment(false);
  return v_policies;
end;
$$;

comment on function deploy_queue.set_component(
  text, text, interval, interval, interval, interval, deploy_queue.ordering, integer, boolean, interval, text, integer, text, text,
  deploy_queue.promotion_cells, interval, boolean, text[], boolean, boolean, boolean, boolean, integer, interval, text[]
) is
  'Says what a component demands otherwise than its environment; a null argument leaves that policy as it is. slots: how many slots of a cell it may take at once. The gates are those of set_environment; an empty text, 0 and no checks ask for nothing. without: names of policies in which it is to follow its environment again. Returns what it demands.';
