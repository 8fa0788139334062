-- What ties a role to environments: its setting in this database, else that for all databases, and what grant_role() has stored. No row: it
-- is tied to none. Called by _caller and granted_roles.
create or replace function deploy_queue._ties(role oid) returns table (environments text[])
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  (
    -- From the catalog: in a session, every role may set it to anything.
    select array(
      select trim(allowed_name)
      from unnest(string_to_array(substr(setting.text, strpos(setting.text, '=') + 1), ',')) as allowed_name
    )
    from pg_db_role_setting
    cross join lateral unnest(pg_db_role_setting.setconfig) as setting (text)
    where pg_db_role_setting.setrole = _ties.role
      and lower(split_part(setting.text, '=', 1)) = 'deploy_queue.allowed_environments'
      and pg_db_role_setting.setdatabase
        in (0, (select pg_database.oid from pg_database where pg_database.datname = current_database()))
    -- What is set for the role in this database counts before what is set for it everywhere.
    order by pg_db_role_setting.setdatabase = 0
    limit 1
  )
  union all
  select tied_roles.environments
  from deploy_queue.tied_roles
  where tied_roles.role = _ties.role
    or tied_roles.role_name = (select pg_roles.rolname from pg_roles where pg_roles.oid = _ties.role);
end;
$$;
