-- The functions of the schema that are ours, not those of the extension in it.
-- Called by _grants and _grant_roles.
create or replace function deploy_queue._functions() returns setof regprocedure
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select pg_proc.oid::regprocedure
  from pg_proc
  where pg_proc.pronamespace = 'deploy_queue'::regnamespace
    and not exists (
      select
      from pg_depend
      where pg_depend.classid = 'pg_proc'::regclass
        and pg_depend.objid = pg_proc.oid
        and pg_depend.deptype = 'e'
    );
$$;
