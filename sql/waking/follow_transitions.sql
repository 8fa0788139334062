-- Listens on the channel of all transitions, and shows by a lock that there is a listener.
-- Called by boards, gateways, and a keeper that waits for the deployment of its url to appear.
create or replace function deploy_queue.follow_transitions() returns void
language plpgsql volatile
security definer
-- Another login may hold this lock for itself.
set lock_timeout = '5s'
set search_path = pg_catalog, pg_temp
as $$
begin
  listen deploy_queue_transitions;
  -- The lock belongs to the session, as LISTEN does: both end with the connection, however it ends.
  if not exists (
    select
    from pg_locks
    where pg_locks.locktype = 'advisory'
      and pg_locks.pid = pg_backend_pid()
      and pg_locks.database = (select pg_database.oid from pg_database where pg_database.datname = current_database())
      and (pg_locks.classid, pg_locks.objid, pg_locks.objsubid) = (25713::oid, 4294967295::oid, 2)
  ) then
    perform pg_advisory_lock_shared(25713, -1);
  end if;
end;
$$;

comment on function deploy_queue.follow_transitions() is
  'Lets this session hear every transition on the channel deploy_queue_transitions; instead of LISTEN, which alone hears nothing.';
