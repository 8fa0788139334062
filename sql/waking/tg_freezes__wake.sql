-- A new freeze lets its exceptions pass those whom it holds; one that is lifted or ends at another time concerns these.
-- Fires for every write of freezes.
create or replace function deploy_queue.tg_freezes__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._wake_heads(coalesce(new, old), tg_op <> 'INSERT');
  return null;
end;
$$;

create or replace trigger tg_freezes__wake
after insert or update or delete on deploy_queue.freezes
for each row execute function deploy_queue.tg_freezes__wake();
