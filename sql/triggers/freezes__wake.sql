-- A new freeze lets its exceptions pass those whom it holds; one that is lifted or ends at another time concerns these.
-- Fires for every INSERT into freezes and every UPDATE.
create or replace function deploy_queue.tg_freezes__wake() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._wake_heads(new, tg_op = 'UPDATE');
  return null;
end;
$$;

create or replace trigger tg_freezes__wake
after insert or update on deploy_queue.freezes
for each row execute function deploy_queue.tg_freezes__wake();
