-- Since when keepers can have sent heartbeats: up_since is the start of this server, or its promotion, which keeps the time of the
-- start; back_since is the return of the writes after the last gap, back_before the one before. A minute without any sign of life
-- counts as a gap: whoever is alive sends one within 30 seconds. The gap lasts until one is noted.
-- Called by what asks whether a lease is over.
create or replace function deploy_queue._availability() returns deploy_queue.availability
language plpgsql stable
-- A reader of views asks it, too.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_timeline text := deploy_queue._timeline();
  v_now timestamptz := deploy_queue._now();
  v_last deploy_queue.writes;
  v_server deploy_queue.availability;
begin
  v_server.up_since := greatest(
    pg_postmaster_start_time(),
    case when v_timeline is not null then
      coalesce(
        (
          select case when newest.timeline = v_timeline then newest.since end
          from deploy_queue.timelines as newest order by newest.since desc limit 1
        ),
        v_now
      )
    end
  );
  select * into v_last from deploy_queue.writes order by writes.seen_at desc limit 1;
  if v_last.seen_at < v_now - interval '1 minute' then
    v_server.back_since := v_now;
    v_server.back_before := v_last.back_since;
  else
    v_server.back_since := v_last.back_since;
    v_server.back_before := v_last.back_before;
  end if;
  return v_server;
end;
$$;
