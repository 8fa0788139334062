-- Notes when this server became the one that writes. After a promotion, the first heartbeat, look or reaping does that.
-- Called by them, and by every migration: before the first timeline there were no leases.
create or replace function deploy_queue._note_timeline() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_timeline text := deploy_queue._timeline();
begin
  if not exists (select from deploy_queue.timelines where timelines.timeline = v_timeline) then
    insert into deploy_queue.timelines (timeline, since)
    select v_timeline, case when exists (select from deploy_queue.timelines) then deploy_queue._now() else '-infinity' end
    on conflict on constraint timelines_pkey do nothing;
  end if;
end;
$$;
