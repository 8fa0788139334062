-- Remembers, before a policy of an environment or of a component in it changes, when the turns of the heads of its lines come, so that
-- _follow_policy wakes exactly those whose turn comes earlier. Fires for every change of such a policy.
create or replace function deploy_queue.tg__keep_turns() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment text := coalesce(new.environment, old.environment);
  v_kept jsonb := coalesce(nullif(current_setting('deploy_queue.turns', true), ''), '{}');
  v_cells integer[];
begin
  -- One statement may change several of one environment.
  if not v_kept ? v_environment then
    v_cells := array(
      select distinct queued.cell_id from deploy_queue._queued as queued where queued.environment = v_environment order by queued.cell_id
    );
    perform set_config('deploy_queue.turns', (v_kept || jsonb_build_object(
      v_environment, jsonb_build_object('cells', v_cells, 'turns', deploy_queue._turns(v_cells))
    ))::text, true);
  end if;
  return coalesce(new, old);
end;
$$;

create or replace trigger tg_environments__keep_turns
before update on deploy_queue.environments
for each row when (
  new.buffer_time <> old.buffer_time or new.slots <> old.slots or new.ordering <> old.ordering
  or new.refuse_outdated <> old.refuse_outdated
)
execute function deploy_queue.tg__keep_turns();

create or replace trigger tg_component_policies__keep_turns
before insert or update or delete on deploy_queue.component_policies
for each row execute function deploy_queue.tg__keep_turns();
