-- Since when keepers can have sent heartbeats to this server: its start, or its promotion, which keeps the time of the start.
-- Called by what asks whether a lease is over.
create or replace function deploy_queue._up_since() returns timestamptz
language plpgsql stable
-- A reader of views asks it, too.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_timeline text := deploy_queue._timeline();
begin
  return greatest(
    pg_postmaster_start_time(),
    case when v_timeline is not null then
      coalesce(
        (
          select case when newest.timeline = v_timeline then newest.since end
          from deploy_queue.timelines as newest order by newest.since desc limit 1
        ),
        deploy_queue._now()
      )
    end
  );
end;
$$;
