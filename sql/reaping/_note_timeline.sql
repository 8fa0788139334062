-- Notes when this server became the one that writes.
-- Called by _note_write, the first time by a migration: before the first timeline there were no leases.
create or replace function deploy_queue._note_timeline() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_timeline text := deploy_queue._timeline();
  v_newest text := (select timelines.timeline from deploy_queue.timelines order by timelines.since desc limit 1);
begin
  if v_newest is not distinct from v_timeline then
    return;
  end if;
  -- One session notes it. A heartbeat must not wait for the end of that session's transaction.
  perform from deploy_queue.timelines where timelines.timeline = v_newest for update skip locked;
  if found or v_newest is null then
    insert into deploy_queue.timelines (timeline, since)
    values (v_timeline, case when v_newest is null then '-infinity' else deploy_queue._now() end)
    -- pg_upgrade counts timelines from 1 again.
    on conflict on constraint timelines_pkey do update set since = excluded.since;
  end if;
end;
$$;
