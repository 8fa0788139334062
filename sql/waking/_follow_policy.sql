-- What follows for those that wait when policies of an environment have changed: they are sorted anew, those that are not to run any more
-- end, and the heads whose turn comes earlier are woken. Called by the triggers of policies, once for a statement, with the locks of the
-- cells that tg__keep_turns has taken.
create or replace function deploy_queue._follow_policy(environment text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_all jsonb := coalesce(nullif(current_setting('deploy_queue.turns', true), ''), '{}');
  v_kept jsonb := v_all -> _follow_policy.environment;
  v_cells integer[] := array(
    select cell.id::integer from jsonb_array_elements_text(v_kept -> 'cells') with ordinality as cell (id, number) order by cell.number
  );
begin
  if v_kept is null then
    return;
  end if;
  perform set_config('deploy_queue.turns', (v_all - _follow_policy.environment)::text, true);
  perform deploy_queue._sort_anew(v_cells);
  perform deploy_queue._drop_obsolete(waiting.cell_id, waiting.component)
  from (
    select distinct queued.cell_id, queued.component from deploy_queue._queued as queued where queued.cell_id = any (v_cells)
    order by queued.cell_id, queued.component
  ) as waiting;
  perform deploy_queue._wake_sooner(v_cells, v_kept -> 'turns');
end;
$$;
