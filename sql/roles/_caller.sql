-- Who acts. Its principal is the role that logged in. Its roles are that one and, after SET ROLE, the one that it has put on; functions
-- run as their owner, so current_user is neither. It may change any environment, unless ALTER ROLE ties one of its roles to some.
-- Called by every check, event, key and refusal that asks who acts.
create or replace function deploy_queue._caller() returns deploy_queue.caller
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller deploy_queue.caller;
  v_environments text[];
begin
  v_caller.principal := deploy_queue._principal();
  v_caller.roles := array_remove(
    array[to_regrole(quote_ident(session_user)), to_regrole(quote_ident(nullif(current_setting('role'), 'none')))], null
  );

  -- Most roles have no settings.
  if exists (select from pg_db_role_setting where pg_db_role_setting.setrole = any (v_caller.roles)) then
    for v_environments in
      select array(select trim(allowed_name) from unnest(string_to_array(allowed.environments, ',')) as allowed_name)
      from unnest(v_caller.roles) as acting (role)
      cross join lateral (
        -- From the catalog: in a session, every role may set it to anything.
        select substr(setting.text, strpos(setting.text, '=') + 1) as environments
        from pg_db_role_setting
        cross join lateral unnest(pg_db_role_setting.setconfig) as setting (text)
        where pg_db_role_setting.setrole = acting.role
          and lower(split_part(setting.text, '=', 1)) = 'deploy_queue.allowed_environments'
          and pg_db_role_setting.setdatabase
            in (0, (select pg_database.oid from pg_database where pg_database.datname = current_database()))
        -- What is set for the role in this database counts before what is set for it everywhere.
        order by pg_db_role_setting.setdatabase = 0
        limit 1
      ) as allowed
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
