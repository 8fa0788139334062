-- What keeps the queue from a database in which a role is called like its schema: PostgreSQL looks for a name without a schema in the
-- schema of that name first. In a session of the role, the tables of the queue would hide those of the predecessor, and each waiter
-- would see an empty line and start. How many sessions, and what; no row when there is no danger.
-- Called before the schema is created, and by _adoption_problems.
create or replace function pg_temp._shadowing() returns table (amount bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role regrole := to_regrole('deploy_queue');
  v_schema regnamespace := to_regnamespace('deploy_queue');
  v_table regclass := (
    select pg_class.oid
    from pg_class
    join pg_attribute on pg_attribute.attrelid = pg_class.oid and pg_attribute.attname = 'heartbeat_timestamp'
    where pg_class.relname = 'deployments'
      and pg_class.relnamespace not in (
        select pg_namespace.oid from pg_namespace where pg_namespace.nspname in ('deploy_queue', 'deploy_queue_predecessor')
      )
    order by pg_class.relnamespace = 'public'::regnamespace desc
    limit 1
  );
  v_has_usage boolean := coalesce(has_schema_privilege(v_role, v_schema, 'usage'), false);
  v_path text;
begin
  if v_role is null or v_table is null
    -- Without rights on the schema, PostgreSQL passes over it.
    or not (v_has_usage or v_schema is null and pg_has_role(v_role, current_user, 'usage'))
  then
    return;
  end if;

  v_path := coalesce((
    select substr(setting.text, strpos(setting.text, '=') + 1)
    from pg_db_role_setting
    cross join lateral unnest(pg_db_role_setting.setconfig) as setting (text)
    where lower(split_part(setting.text, '=', 1)) = 'search_path'
      and pg_db_role_setting.setrole in (0, v_role)
      and pg_db_role_setting.setdatabase
        in (0, (select pg_database.oid from pg_database where pg_database.datname = current_database()))
    order by pg_db_role_setting.setrole = 0, pg_db_role_setting.setdatabase = 0
    limit 1
  ), '"$user", public');
  if v_path ~ '\$user|\mdeploy_queue\M' then
    return query select 1::bigint, 'role, deploy_queue, is called like the schema of the queue, whose tables would hide those of the predecessor in its sessions; run "alter role deploy_queue set search_path = public", and end the sessions that it has open'::text;
  elsif v_schema is null then
    -- Their search_path may be the one from before. Programs of the queue write the schema before each name.
    return query
    select count(*), 'sessions of role deploy_queue are open and may look into the schema of the queue for the tables of the predecessor; end them: '
      || string_agg(pg_stat_activity.pid::text, ', ' order by pg_stat_activity.pid)
    from pg_stat_activity
    where pg_stat_activity.usesysid = v_role
      and pg_stat_activity.datname = current_database()
      and pg_stat_activity.pid <> pg_backend_pid()
      and pg_stat_activity.application_name !~ '^deploy-queue'
    having count(*) > 0;
  end if;
end;
$$;
