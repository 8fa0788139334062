-- What the bearer of a session may, by the SHA-256 of its secret; null when it is not known, has expired, or its trust was removed.
-- Called by _access_of.
create or replace function deploy_queue._session_access(credential bytea) returns deploy_queue.access
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_access deploy_queue.access;
begin
  select
    sessions.principal, trusts.kind, trusts.environments, trusts.components, trusts.functions,
    jsonb_build_object('subject', sessions.subject, 'run', sessions.run, 'commit', sessions.commit, 'person', sessions.person), trusts.cells,
    trusts.most_live
  into v_access
  from deploy_queue.sessions
  join deploy_queue.trusts on trusts.id = sessions.trust_id
  where sessions.hash = _session_access.credential and sessions.expires_at > deploy_queue._now() and trusts.removed_at is null;
  return v_access;
end;
$$;
