-- Whether a principal is a database role or a member of it; a token is a member of the role of its kind, and a run of those of its sessions.
-- A superuser is a member only of the roles that it was made a member of, like any role: an exception for one role is no exception for all
-- administrators.
-- Called by the rules that make exceptions for roles.
create or replace function deploy_queue._is_member(role_name text, of_role text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return _is_member.of_role is not null and exists (
    with recursive held (role) as (
      select pg_roles.oid from pg_roles where pg_roles.rolname = _is_member.role_name
      union
      select to_regrole('deploy_queue_' || tokens.kind)
      from deploy_queue.tokens
      where tokens.revoked_at is null and 'token ' || tokens.name = _is_member.role_name
      union
      select to_regrole('deploy_queue_' || trusts.kind)
      from deploy_queue.sessions
      join deploy_queue.trusts on trusts.id = sessions.trust_id
      where trusts.removed_at is null and sessions.expires_at > deploy_queue._now() and sessions.principal = _is_member.role_name
      union
      select pg_auth_members.roleid
      from pg_auth_members
      join held on held.role = pg_auth_members.member
      -- From PostgreSQL 16 on, who creates a role has the right to grant it, and nothing else of it.
      where coalesce(
        (to_jsonb(pg_auth_members) ->> 'inherit_option')::boolean or (to_jsonb(pg_auth_members) ->> 'set_option')::boolean, true
      )
    )
    select from held join pg_roles on pg_roles.oid = held.role where pg_roles.rolname = _is_member.of_role
  );
end;
$$;
