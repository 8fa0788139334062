-- Locks rows of environments, then cells with a line, each in ascending order, before a statement changes policies: the triggers of its rows
-- know one environment each, and the order of the rows is not that of the cells. It locks what the caller may change, and nothing for a
-- function that changes one environment (_changes_one_environment). Fires for every statement that may change such a policy.
create or replace function deploy_queue.tg__lock_lines() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environments text[];
begin
  if exists (
    select from deploy_queue.kept_turns where kept_turns.transaction_id = pg_current_xact_id() and kept_turns.environment = ''
  ) then
    return null;
  end if;
  v_environments := array(
    select environments.environment from deploy_queue.environments
    where deploy_queue._may_change(environments.environment)
    order by environments.environment
    for no key update
  );
  perform deploy_queue._lock_cells(array(
    select queued.cell_id from deploy_queue._queued as queued where queued.environment = any (v_environments)
  ));
  return null;
end;
$$;

create or replace trigger tg_environments__lock_lines
before update of
  buffer_time, slots, ordering, refuse_outdated, confirmation, approvals, approvers, promote_from, promotion_cells, soak, same_artifact,
  require_checks, gate_rollbacks
on deploy_queue.environments
for each statement execute function deploy_queue.tg__lock_lines();

create or replace trigger tg_component_policies__lock_lines
before insert or update or delete on deploy_queue.component_policies
for each statement execute function deploy_queue.tg__lock_lines();
