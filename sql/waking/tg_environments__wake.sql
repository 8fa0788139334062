-- Wakes the heads of lines whose turn comes earlier by a change of policies, and the keepers whose heartbeats must come more often or whose
-- work must end earlier or later than they know: they send a heartbeat at once, and go by what it returns. Tells those that wait of other gates.
-- Fires for every UPDATE of environments that changes one of these policies.
create or replace function deploy_queue.tg_environments__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if (new.heartbeat_timeout, new.max_duration) is distinct from (old.heartbeat_timeout, old.max_duration) then
    perform deploy_queue._tell(live.id, 'policy')
    from deploy_queue._live_deployments as live
    left join deploy_queue.component_policies as own on own.environment = live.environment and own.component = live.component
    where live.environment = new.environment and live.alive_until is not null
      and (
        (own.heartbeat_timeout is null and new.heartbeat_timeout is distinct from old.heartbeat_timeout)
        or (own.max_duration is null and new.max_duration is distinct from old.max_duration)
      );
  end if;

  perform deploy_queue._tell_of_gates(old, new);
  perform deploy_queue._follow_policy(new.environment);
  return null;
end;
$$;

create or replace trigger tg_environments__wake
after update on deploy_queue.environments
for each row when (
  new.buffer_time <> old.buffer_time
  or new.slots <> old.slots
  or new.ordering <> old.ordering
  or new.refuse_outdated <> old.refuse_outdated
  or (new.confirmation, new.approvals, new.approvers, new.promote_from, new.promotion_cells, new.soak, new.same_artifact, new.require_checks, new.gate_rollbacks)
    is distinct from (old.confirmation, old.approvals, old.approvers, old.promote_from, old.promotion_cells, old.soak, old.same_artifact, old.require_checks, old.gate_rollbacks)
  or new.heartbeat_timeout is distinct from old.heartbeat_timeout
  or new.max_duration is distinct from old.max_duration
)
execute function deploy_queue.tg_environments__wake();
