-- The logins that are readers, approvers, checkers, agents, deployers and operators, and the environments that each is tied to. Called by the command line.
create or replace function deploy_queue.granted_roles()
returns table (role_name text, kind text, environments text[])
language plpgsql stable
-- The ties are in a table that no client reads.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select member.rolname::text, roles.kind, (
    select case count(*)
      when 1 then min(ties.environments)
      when 2 then array(select unnest(min(ties.environments)) intersect select unnest(max(ties.environments)) order by 1)
    end
    from deploy_queue._ties(member.oid) as ties
  )
  from deploy_queue._roles() as roles
  join pg_roles as granted on granted.rolname = roles.role_name
  join pg_auth_members on pg_auth_members.roleid = granted.oid
  join pg_roles as member on member.oid = pg_auth_members.member
  -- From PostgreSQL 16 on, who creates a role has the right to grant it, and nothing else of it.
  where pg_has_role(member.oid, granted.oid, 'usage')
  group by member.oid, member.rolname, roles.kind
  order by member.rolname, roles.kind;
end;
$$;

comment on function deploy_queue.granted_roles() is
  'The logins that are readers, approvers, checkers, agents, deployers and operators; environments: the only ones that each may change, null: all.';
