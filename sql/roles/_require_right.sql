-- Refuses a caller that would change something in an environment that it may not change; true otherwise.
-- Called before a lock is taken: by every function that changes something, by the triggers of tables, and by the policies of row-level
-- security, so that SELECT FOR UPDATE of rows that it may not change holds up no other session.
create or replace function deploy_queue._require_right(environment text) returns boolean
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller deploy_queue.caller;
begin
  -- Most databases tie no role.
  if not exists (select from pg_db_role_setting where pg_db_role_setting.setrole <> 0)
    and not exists (select from deploy_queue.tied_roles)
    and current_setting('deploy_queue.verified', true) <> '' is not true
  then
    return true;
  end if;
  v_caller := deploy_queue._caller();
  if _require_right.environment <> all (v_caller.environments) and deploy_queue._verified() is not null then
    raise exception using
      errcode = 'QD020',
      message = format('%s may not change environment %s: it is limited to %s', v_caller.principal,
        quote_ident(_require_right.environment), coalesce(nullif(array_to_string(v_caller.environments, ', '), ''), 'none')),
      hint = 'An operator makes a token for other environments with deploy_queue.create_token(), or a trust with deploy_queue.add_trust().';
  elsif _require_right.environment <> all (v_caller.environments) then
    raise exception using
      errcode = 'QD020',
      message = format('role %s may not change environment %s', array_to_string(v_caller.roles, ' as '),
        quote_ident(_require_right.environment)),
      hint = 'The owner of the queue ties a role to environments with deploy_queue.grant_role(); a superuser does so with the setting deploy_queue.allowed_environments of ALTER ROLE.';
  end if;
  return true;
end;
$$;
