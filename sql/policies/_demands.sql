-- What is demanded of a component in an environment: what was said for the component, else what was said for all. Read by everything that
-- asks for one of these policies. Without a search_path of its own, PostgreSQL writes the body into the caller.
create or replace function deploy_queue._demands(environment text, component text)
returns table (
  buffer_time interval,
  heartbeat_timeout interval,
  heartbeat_interval interval,
  max_duration interval,
  unkept_after interval,
  ordering deploy_queue.ordering,
  component_slots integer,
  refuse_outdated boolean,
  max_reservation interval,
  confirmation text,
  approvals integer,
  approvers text,
  promote_from text,
  promotion_cells deploy_queue.promotion_cells,
  soak interval,
  same_artifact boolean,
  require_checks text[],
  require_verification boolean,
  gate_rollbacks boolean,
  hold_after_failure boolean
)
language sql stable rows 1
as $$
  select
    coalesce(own.buffer_time, general.buffer_time),
    coalesce(own.heartbeat_timeout, general.heartbeat_timeout),
    least(coalesce(own.heartbeat_timeout, general.heartbeat_timeout) / 3, interval '30 seconds'),
    coalesce(own.max_duration, general.max_duration),
    -- A maximum duration ends what has no keeper.
    case when coalesce(own.max_duration, general.max_duration) is null then coalesce(own.unkept_after, general.unkept_after) end,
    coalesce(own.ordering, general.ordering),
    own.slots,
    coalesce(own.refuse_outdated, general.refuse_outdated),
    coalesce(own.max_reservation, general.max_reservation),
    nullif(coalesce(own.confirmation, general.confirmation), ''),
    coalesce(own.approvals, general.approvals),
    nullif(coalesce(own.approvers, general.approvers), ''),
    nullif(coalesce(own.promote_from, general.promote_from), ''),
    coalesce(own.promotion_cells, general.promotion_cells),
    coalesce(own.soak, general.soak),
    coalesce(own.same_artifact, general.same_artifact),
    coalesce(own.require_checks, general.require_checks),
    coalesce(own.require_verification, general.require_verification),
    coalesce(own.gate_rollbacks, general.gate_rollbacks),
    coalesce(own.hold_after_failure, general.hold_after_failure)
  from deploy_queue.environments as general
  left join deploy_queue.component_policies as own
    on own.environment = general.environment and own.component = _demands.component
  where general.environment = _demands.environment;
$$;
