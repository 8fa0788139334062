-- Refuses a role that changes something in an environment that it is not for.
-- Called by the triggers that every write of deployments and of policies passes.
create or replace function deploy_queue._refuse_foreign_environment(environment text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD020',
    message = format('role %s may not change environment %s', array_to_string(deploy_queue._acting_roles(), ' as '),
      quote_ident(_refuse_foreign_environment.environment)),
    hint = 'Those it may change are named by the setting deploy_queue.allowed_environments of the role, which a superuser changes with ALTER ROLE.';
end;
$$;
