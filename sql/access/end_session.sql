-- Ends a session: its bearer signs out. Called by servers.
create or replace function deploy_queue.end_session(credential bytea) returns void
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- It stays until it is pruned: its token is still known to have been exchanged.
  update deploy_queue.sessions set expires_at = least(sessions.expires_at, deploy_queue._now())
  where sessions.hash = end_session.credential;
end;
$$;

comment on function deploy_queue.end_session(bytea) is 'Ends a session. credential: the SHA-256 of its secret.';
