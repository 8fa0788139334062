-- Keeps the usual durations right.
-- Fires for every deployment that finishes, and for finished ones that are inserted as history.
create or replace function deploy_queue.tg_deployments__measure() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._measure(new.cell_id, new.component);
  return null;
end;
$$;

create or replace trigger tg_deployments__measure
after insert or update of finish_timestamp on deploy_queue.deployments
for each row when (new.finish_timestamp is not null)
execute function deploy_queue.tg_deployments__measure();
