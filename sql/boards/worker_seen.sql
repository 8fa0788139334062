-- Records that a background worker is alive, and a foreign session that holds a lock of the queue; forgets workers that have not been seen
-- for a week.
-- Called by the background worker every minute.
create or replace function deploy_queue.worker_seen(name text, version text) returns void
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := deploy_queue._now();
begin
  insert into deploy_queue.workers as known (name, version, started_at, last_seen_at)
  values (worker_seen.name, worker_seen.version, v_now, v_now)
  on conflict (name) do update set version = excluded.version, last_seen_at = excluded.last_seen_at;

  -- Once a session.
  insert into deploy_queue.deployment_events as event (kind, reason)
  select 'locked', holder.text
  from deploy_queue._lock_holders() as holder
  where holder.is_foreign
    and not exists (select from deploy_queue.deployment_events as known where known.kind = 'locked' and known.reason = holder.text);

  delete from deploy_queue.workers as known where known.last_seen_at < v_now - interval '7 days';
end;
$$;

comment on function deploy_queue.worker_seen(text, text) is 'Records that this background worker is alive.';
