-- Ends a session that holds up the queue, by a lock or by notifications that it does not read, and records that. Refused for one that
-- holds up nothing, where the caller may change none of the environments that wait, and where the owner of the queue may not end it. A
-- prepared transaction is ended by its owner alone, by ROLLBACK PREPARED.
-- Called by operators, as the error of a lock that does not come says.
create or replace function deploy_queue.end_blocker(pid integer) returns text
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_blocked text[] := array(select deploy_queue._blocked_environments(end_blocker.pid));
  v_session text;
begin
  if v_blocked = '{}' then
    raise exception using
      errcode = 'QD039',
      message = format('session %s holds up nothing of the queue', coalesce(end_blocker.pid::text, 'null')),
      hint = 'The error of the call that is held up names the session; deploy_queue.health() does, too.';
  end if;
  -- Null is what all environments share.
  if (v_blocked && (deploy_queue._caller()).environments) is false and array_position(v_blocked, null) is null then
    perform deploy_queue._require_right(v_blocked[1]);
  end if;
  v_session := coalesce(
    (select min(holder.text) from deploy_queue._lock_holders() as holder where holder.pid = end_blocker.pid),
    (
      select format('session %s of %s', session.pid, session.usename) from pg_stat_activity as session
      where session.pid = end_blocker.pid
    )
  );

  begin
    perform pg_terminate_backend(end_blocker.pid);
  exception
    when insufficient_privilege then
      raise exception using
        errcode = 'QD012',
        message = format('role %s may not end %s', quote_ident(current_user), v_session),
        hint = format('Let an administrator run "grant pg_signal_backend to %I;" once; only a superuser ends the session of a superuser.',
          current_user);
  end;
  insert into deploy_queue.deployment_events (kind, reason) values ('unblocked', format('%s was ended', v_session));
  return v_session;
end;
$$;

comment on function deploy_queue.end_blocker(integer) is
  'Ends the session with this process id, which holds a lock that the queue waits for, records that, and returns what session it was. Refused when it holds up nothing, or nothing that the caller may change.';
