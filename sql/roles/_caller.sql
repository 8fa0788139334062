-- Who acts. Its principal is the role that logged in. Its roles are that one and, after SET ROLE, the one that it has put on; functions
-- run as their owner, so current_user is neither. It may change any environment, unless one of its roles is tied to some.
-- A server acts for the bearer of a secret, with the rights of that one.
-- Called by every check, event, key and refusal that asks who acts.
create or replace function deploy_queue._caller() returns deploy_queue.caller
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller deploy_queue.caller;
  v_environments text[];
begin
  if deploy_queue._verified() is not null then
    v_caller := jsonb_populate_record(null::deploy_queue.caller, deploy_queue._verified() - 'roles');
    v_caller.roles := array[to_regrole('deploy_queue_' || (deploy_queue._verified() ->> 'kind'))];
    return v_caller;
  end if;
  v_caller.principal := deploy_queue._principal();
  v_caller.roles := array_remove(
    array[to_regrole(quote_ident(session_user)), to_regrole(quote_ident(nullif(current_setting('role'), 'none')))], null
  );

  -- Most databases tie no role.
  if exists (select from pg_db_role_setting where pg_db_role_setting.setrole = any (v_caller.roles))
    or exists (select from deploy_queue.tied_roles)
  then
    for v_environments in
      select ties.environments
      from unnest(v_caller.roles) as acting (role)
      cross join lateral deploy_queue._ties(acting.role) as ties
    loop
      v_caller.environments := case
        when v_caller.environments is null then v_environments
        else array(select unnest(v_caller.environments) intersect select unnest(v_environments))
      end;
    end loop;
  end if;
  return v_caller;
end;
$$;
