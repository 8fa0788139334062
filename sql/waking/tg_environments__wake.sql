-- Wakes the heads of lines whose buffer became shorter.
-- Fires for every UPDATE of environments that shortens buffer_time.
create or replace function deploy_queue.tg_environments__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._wake_heads(array(
    select distinct queued.cell_id from deploy_queue._queued as queued where queued.environment = new.environment
    order by queued.cell_id
  ), former_buffer => old.buffer_time);
  return null;
end;
$$;

create or replace trigger tg_environments__wake
after update on deploy_queue.environments
for each row when (new.buffer_time < old.buffer_time)
execute function deploy_queue.tg_environments__wake();
