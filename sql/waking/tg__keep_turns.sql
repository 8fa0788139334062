-- Remembers, before a policy of an environment or of a component in it changes, when the turns of the heads of its lines come, so that
-- _follow_policy wakes exactly those whose turn comes earlier. Fires for every change of such a policy.
create or replace function deploy_queue.tg__keep_turns() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment text := coalesce(new.environment, old.environment);
  v_cells integer[];
begin
  -- Before the locks: other triggers of a row ask for it later.
  perform deploy_queue._require_right(v_environment);
  -- One statement may change several of one environment.
  if not exists (
    select from deploy_queue.kept_turns
    where kept_turns.transaction_id = pg_current_xact_id() and kept_turns.environment = v_environment
  ) then
    if tg_table_name = 'component_policies' then
      -- Rows before cells, also when set_component meets the statement that changes all policies of a component.
      perform from deploy_queue.environments where environments.environment = v_environment for no key update;
    end if;
    v_cells := array(
      select distinct queued.cell_id from deploy_queue._queued as queued where queued.environment = v_environment order by queued.cell_id
    );
    insert into deploy_queue.kept_turns (transaction_id, environment, cell_ids, turns)
    values (pg_current_xact_id(), v_environment, v_cells, deploy_queue._turns(v_cells));
  end if;
  return coalesce(new, old);
end;
$$;

create or replace trigger tg_environments__keep_turns
before update on deploy_queue.environments
for each row when (
  new.buffer_time <> old.buffer_time or new.slots <> old.slots or new.ordering <> old.ordering
  or new.refuse_outdated <> old.refuse_outdated
  or (new.confirmation, new.approvals, new.approvers, new.promote_from, new.promotion_cells, new.soak, new.same_artifact, new.require_checks, new.gate_rollbacks)
    is distinct from (old.confirmation, old.approvals, old.approvers, old.promote_from, old.promotion_cells, old.soak, old.same_artifact, old.require_checks, old.gate_rollbacks)
)
execute function deploy_queue.tg__keep_turns();

create or replace trigger tg_component_policies__keep_turns
before insert or update or delete on deploy_queue.component_policies
for each row execute function deploy_queue.tg__keep_turns();
