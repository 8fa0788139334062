-- Whether the acting role may change deployments of an environment: a role may change any, unless ALTER ROLE ties it to some.
-- Called by the reaper, by pruning, and by the triggers that every write of deployments and of policies passes.
create or replace function deploy_queue._may_change(environment text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most roles have no settings.
  if not exists (
    select from pg_db_role_setting where pg_db_role_setting.setrole = any (deploy_queue._acting_roles())
  ) then
    return true;
  end if;

  return not exists (
    select
    from unnest(deploy_queue._acting_roles()) as acting (role)
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
    where _may_change.environment <> all (
      select trim(allowed_name) from unnest(string_to_array(allowed.environments, ',')) as allowed_name
    )
  );
end;
$$;
