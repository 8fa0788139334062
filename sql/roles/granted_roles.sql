-- The logins that are readers, deployers and operators, and the environments that each is tied to. Called by the command line.
create or replace function deploy_queue.granted_roles()
returns table (role_name text, kind text, environments text[])
language plpgsql stable
-- The ties are in a table that no client reads.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select member.rolname::text, substr(granted.rolname, length('deploy_queue_') + 1), (
    select case count(*)
      when 1 then min(ties.environments)
      when 2 then array(select unnest(min(ties.environments)) intersect select unnest(max(ties.environments)) order by 1)
    end
    from deploy_queue._ties(member.oid) as ties
  )
  from pg_auth_members
  join pg_roles as granted on granted.oid = pg_auth_members.roleid
  join pg_roles as member on member.oid = pg_auth_members.member
  where granted.rolname in ('deploy_queue_reader', 'deploy_queue_deployer', 'deploy_queue_operator')
    -- From PostgreSQL 16 on, who creates a role has the right to grant it, and nothing else of it.
    and pg_has_role(member.oid, granted.oid, 'usage')
  group by member.oid, member.rolname, granted.rolname
  order by member.rolname, granted.rolname;
end;
$$;

comment on function deploy_queue.granted_roles() is
  'The logins that are readers, deployers and operators; environments: the only ones that each may change, null: all.';
