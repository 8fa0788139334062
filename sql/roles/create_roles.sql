-- Creates the roles that are given out, with their privileges in this database; roles that exist get these again. Where the database is
-- exclusive, no other login can take a lock of the queue.
-- Called by the command line.
create or replace function deploy_queue.create_roles(exclusive boolean default false) returns table (role_name text, created boolean)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_missing text;
  v_comment text;
begin
  for role_name, v_comment in select roles.role_name, roles.about from deploy_queue._roles() as roles loop
    created := to_regrole(role_name) is null;
    if created then
      begin
        execute format('create role %I nologin', role_name);
        execute format('comment on role %I is %L', role_name, v_comment);
      exception
        when duplicate_object or unique_violation then
          created := false;
        when insufficient_privilege then
          select string_agg(format('create role %I nologin;', missing.role_name), ' ') into v_missing
          from deploy_queue._roles() as missing
          where to_regrole(missing.role_name) is null;

          raise exception using
            errcode = 'QD012',
            message = format('role %s may not create the role %s', quote_ident(current_user), role_name),
            hint = format('Let an administrator run "%s", then run this again.', v_missing);
      end;
    end if;
    return next;
  end loop;

  perform deploy_queue._grant_roles();
  if create_roles.exclusive then
    execute format('grant connect on database %I to %s', current_database(), (
      select string_agg(roles.role_name, ', ') from deploy_queue._roles() as roles
    ));
    execute format('revoke connect on database %I from public', current_database());
  end if;
end;
$$;

comment on function deploy_queue.create_roles(boolean) is
  'Creates the roles deploy_queue_reader (dashboards), deploy_queue_approver (reviewers), deploy_queue_checker (pipelines that test), deploy_queue_agent (hosts that run commands), deploy_queue_deployer (pipelines) and deploy_queue_operator, and gives them their privileges in this database; returns which are new. exclusive: only they and the owner may connect to this database from now on.';
