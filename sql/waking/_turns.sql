-- When the turn of each head of these lines comes, as far as that is known, by its id: "-infinity" for one that may start. Cells are
-- locked in ascending order, as everywhere. Called before a policy or the order of a line changes.
create or replace function deploy_queue._turns(cell_ids integer[]) returns jsonb
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
  v_turns jsonb := '{}';
begin
  foreach v_cell_id in array _turns.cell_ids loop
    perform deploy_queue._lock_cell(v_cell_id);
    v_turns := v_turns || coalesce((
      select jsonb_object_agg(head.id, deploy_queue._turn_of(head)) from deploy_queue._heads(v_cell_id) as head
    ), '{}');
  end loop;
  return v_turns;
end;
$$;
