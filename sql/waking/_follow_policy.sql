-- What follows for those that wait when policies of an environment have changed: they are sorted anew, those that are not to run any more
-- end, and the heads whose turn comes earlier are woken. Called by the triggers of policies, once for a statement, with the locks of the
-- cells that tg__keep_turns has taken.
create or replace function deploy_queue._follow_policy(environment text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cells integer[];
  v_turns jsonb;
begin
  delete from deploy_queue.kept_turns as kept
  where kept.transaction_id = pg_current_xact_id() and kept.environment = _follow_policy.environment
  returning kept.cell_ids, kept.turns into v_cells, v_turns;
  if not found then
    return;
  end if;
  perform deploy_queue._sort_anew(v_cells);
  perform deploy_queue._drop_obsolete(waiting.cell_id, waiting.component)
  from (
    select distinct queued.cell_id, queued.component from deploy_queue._queued as queued where queued.cell_id = any (v_cells)
    order by queued.cell_id, queued.component
  ) as waiting;
  perform deploy_queue._wake_sooner(v_cells, v_turns);
end;
$$;
