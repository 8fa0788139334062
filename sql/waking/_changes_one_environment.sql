-- Says of the statements from here on, or no longer, that they change policies of one environment: then it is the triggers of their rows that
-- lock the cells, and those of other environments are not held up. Called by the functions that change policies.
create or replace function deploy_queue._changes_one_environment(begins boolean) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if begins then
    insert into deploy_queue.kept_turns (transaction_id, environment, cell_ids, turns) values (pg_current_xact_id(), '', '{}', '{}');
  else
    delete from deploy_queue.kept_turns where kept_turns.transaction_id = pg_current_xact_id() and kept_turns.environment = '';
  end if;
end;
$$;
