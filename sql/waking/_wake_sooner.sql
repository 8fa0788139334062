-- Wakes the heads of these lines whose turn comes earlier than it did (_turns). What was no head before did not know its turn.
-- Called after a policy or the order of a line has changed.
create or replace function deploy_queue._wake_sooner(cell_ids integer[], turns jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
begin
  foreach v_cell_id in array _wake_sooner.cell_ids loop
    perform deploy_queue._lock_cell(v_cell_id);
    perform deploy_queue._wake(head)
    from deploy_queue._heads(v_cell_id) as head
    where deploy_queue._turn_of(head) < coalesce((turns ->> head.id::text)::timestamptz, 'infinity');
  end loop;
end;
$$;
