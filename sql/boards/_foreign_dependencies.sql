-- The objects of the schema that depend on operators, functions or types of others, each as people are told of it. The owner of such an
-- object decides what ours does.
-- Called by health, and by every migration, which is refused then.
create or replace function deploy_queue._foreign_dependencies() returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select distinct format('%s depends on %s',
    pg_describe_object(pg_depend.classid, pg_depend.objid, 0), pg_describe_object(pg_depend.refclassid, pg_depend.refobjid, 0))
  from pg_depend
  cross join lateral pg_identify_object(pg_depend.classid, pg_depend.objid, 0) as ours
  cross join lateral pg_identify_object(pg_depend.refclassid, pg_depend.refobjid, 0) as other
  where pg_depend.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_opclass'::regclass)
    and pg_depend.deptype in ('n', 'a')
    and (ours.schema = 'deploy_queue' or starts_with(ours.identity, 'deploy_queue.') or ours.identity like '% on deploy_queue.%')
    and other.schema not in ('pg_catalog', 'deploy_queue', 'information_schema');
$$;
