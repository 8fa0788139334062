-- Creates the roles that are given out, with their privileges in this database; roles that exist get these again.
-- Called by "deploy-queue roles create".
create or replace function deploy_queue.create_roles() returns table (role_name text, created boolean)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  role_name := 'deploy_queue_reader';
  created := to_regrole(role_name) is null;
  if created then
    begin
      create role deploy_queue_reader nologin;
      comment on role deploy_queue_reader is 'Reads the views of deploy-queue, for dashboards.';
    exception
      when duplicate_object or unique_violation then
        created := false;
      when insufficient_privilege then
        raise exception using
          errcode = 'QD012',
          message = format('role %s may not create the role %s', quote_ident(current_user), role_name),
          hint = format('Let an administrator run "create role %s nologin", then run this again.', role_name);
    end;
  end if;
  return next;

  perform deploy_queue._grant_roles();
end;
$$;

comment on function deploy_queue.create_roles() is
  'Creates the role deploy_queue_reader (reads the views, for dashboards) and gives it its privileges in this database; returns whether it is new.';
