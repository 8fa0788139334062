-- Notes that the database takes a sign of life, and whether that ends a time without any: then the one that comes first keeps the
-- evidence, in the transaction that succeeds with it. Called by every heartbeat, look and reaping, before it decides.
create or replace function deploy_queue._note_write() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_server deploy_queue.availability;
begin
  if exists (select from deploy_queue.writes where writes.seen_at > v_now - interval '10 seconds') then
    return;
  end if;
  perform deploy_queue._note_timeline();
  -- A transaction of another isolation would fail where a row has just changed.
  if current_setting('transaction_isolation') <> 'read committed' then
    return;
  end if;
  v_server := deploy_queue._availability();
  update deploy_queue.writes
  set seen_at = v_now, back_since = v_server.back_since, back_before = v_server.back_before
  where writes.id = (
    select free.id from deploy_queue.writes as free order by free.seen_at desc limit 1 for update skip locked
  );
end;
$$;
