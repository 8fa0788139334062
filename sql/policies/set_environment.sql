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
) returns deploy_queue.environments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment deploy_queue.environments;
begin
  perform deploy_queue._require_right(btrim(set_environment.environment));

  perform deploy_queue._changes_one_environment(true);
  insert into deploy_queue.environments as existing (
    environment, buffer_time, heartbeat_timeout, max_duration, retention, unkept_after, has_closed_cells, ordering, slots,
    refuse_outdated, max_reservation, confirmation, approvals, approvers, promote_from, promotion_cells, soak, same_artifact,
    require_checks, require_verification, gate_rollbacks, hold_after_failure, log, log_limit, log_retention
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
    coalesce(set_environment.max_reservation, '4 hours'),
    set_environment.confirmation,
    coalesce(set_environment.approvals, 0),
    set_environment.approvers,
    set_environment.promote_from,
    coalesce(set_environment.promotion_cells, 'any'),
    coalesce(set_environment.soak, '0'),
    coalesce(set_environment.same_artifact, false),
    coalesce(set_environment.require_checks, '{}'),
    coalesce(set_environment.require_verification, false),
    coalesce(set_environment.gate_rollbacks, false),
    coalesce(set_environment.hold_after_failure, false),
    coalesce(set_environment.log, false),
    coalesce(set_environment.log_limit, 10485760),
    coalesce(set_environment.log_retention, '30 days')
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
    max_reservation = coalesce(set_environment.max_reservation, existing.max_reservation),
    confirmation = coalesce(set_environment.confirmation, existing.confirmation),
    approvals = coalesce(set_environment.approvals, existing.approvals),
    approvers = coalesce(set_environment.approvers, existing.approvers),
    promote_from = coalesce(set_environment.promote_from, existing.promote_from),
    promotion_cells = coalesce(set_environment.promotion_cells, existing.promotion_cells),
    soak = coalesce(set_environment.soak, existing.soak),
    same_artifact = coalesce(set_environment.same_artifact, existing.same_artifact),
    require_checks = coalesce(set_environment.require_checks, existing.require_checks),
    require_verification = coalesce(set_environment.require_verification, existing.require_verification),
    gate_rollbacks = coalesce(set_environment.gate_rollbacks, existing.gate_rollbacks),
    hold_after_failure = coalesce(set_environment.hold_after_failure, existing.hold_after_failure),
    log = coalesce(set_environment.log, existing.log),
    log_limit = coalesce(set_environment.log_limit, existing.log_limit),
    log_retention = coalesce(set_environment.log_retention, existing.log_retention)
  returning existing.* into v_environment;
  perform deploy_queue._changes_one_environment(false);
  return v_environment;
end;
$$;

comment on function deploy_queue.set_environment(
  text, interval, interval, interval, interval, interval, boolean, deploy_queue.ordering, integer, boolean, interval, text, integer, text, text,
  deploy_queue.promotion_cells, interval, boolean, text[], boolean, boolean, boolean, boolean, integer, interval, text[]
) is
  'Adds an environment or changes its policies; a null argument leaves that policy as it is. has_closed_cells: only cells that were added may be deployed to. ordering: sequential (all run, in order), latest (of the waiting ones of a component only the newest stays), latest-ready (the newest that is not reserved goes first). slots: how many deployments without a common key may run in a cell at once. refuse_outdated: nothing starts after a higher sequence of its component. max_reservation: for how long a place may be reserved. confirmation: the phrase that a deployment must bring. approvals, approvers: how many others must approve it, and the role that they need. promote_from, promotion_cells, soak, same_artifact: where its version must have finished before, in which cells, for how long, and whether with the same artifact. require_checks: what must have passed for its version. require_verification: it finishes only when it has been verified. gate_rollbacks: a rollback needs promotion and checks, too. hold_after_failure: the line of a cell stops when a deployment has failed there, until release_line(). log, log_limit, log_retention: whether what commands print is kept without being asked for, how many bytes of each deployment, and for how long after its end. An empty text, 0 and no checks ask for nothing. without: names of policies that it is to have no longer: max_duration, retention. Returns the environment.';
