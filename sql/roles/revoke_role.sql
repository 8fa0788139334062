-- Takes from a login what grant_role has given it. Its ties go last, and with a role that is gone.
-- Called by the owner.
create or replace function deploy_queue.revoke_role(role_name text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role oid := to_regrole(quote_ident(revoke_role.role_name));
  v_granted text;
begin
  for v_granted in
    select distinct pg_roles.rolname
    from pg_auth_members
    join pg_roles on pg_roles.oid = pg_auth_members.roleid
    where pg_auth_members.member = v_role
      and pg_roles.rolname in (select roles.role_name from deploy_queue._roles() as roles)
  loop
    begin
      execute format('revoke %I from %I', v_granted, revoke_role.role_name);
    exception
      when insufficient_privilege then
        raise exception using errcode = 'QD012',
          message = format('role %s may not revoke %s', quote_ident(current_user), v_granted),
          hint = format('Let the role that granted it run "revoke %I from %I;", then run this again.', v_granted, revoke_role.role_name);
    end;
    -- From PostgreSQL 16 on, what another role has granted stays, with a warning.
    if exists (
      select from pg_auth_members
      where pg_auth_members.member = v_role and pg_auth_members.roleid = to_regrole(v_granted)
    ) then
      raise exception using errcode = 'QD012',
        message = format('%s stays with role %s: another role has granted it', v_granted, quote_ident(revoke_role.role_name)),
        hint = format('Let that one run "revoke %I from %I;", then run this again.', v_granted, revoke_role.role_name);
    end if;
  end loop;
  delete from deploy_queue.tied_roles where tied_roles.role_name = revoke_role.role_name or tied_roles.role = v_role;
end;
$$;

comment on function deploy_queue.revoke_role(text) is 'Takes from a login what grant_role() has given it.';
