-- Since when a deployment that may start does not, once that is a minute, where no keeper sends heartbeats for it: its owner may have
-- gone, and then it never starts. Null before that, and for all others.
-- Called by what tells those who wait behind it.
create or replace function deploy_queue._idle_since(head deploy_queue.deployments, now timestamptz) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_latest timestamptz := _idle_since.now - interval '1 minute';
  v_since timestamptz;
begin
  if head.id is null or head.heartbeat_timestamp is not null or head.created_at >= v_latest then
    return null;
  end if;
  v_since := deploy_queue._ready_since(head, _idle_since.now);
  return case when v_since < v_latest then v_since end;
end;
$$;
