-- Views and foreign keys of others on the relations of the predecessor, which would go on looking at what was put aside.
-- Called by _adoption_problems.
create or replace function pg_temp._dependents_of_predecessor() returns table (classid oid, objid oid)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own regclass[] := array(
    select to_regclass('public.' || own)
    from unnest(array[
      'deployments', 'environments', 'cells', 'deployment_duration_analytics', 'prod_latest_deployments',
      'prod_current_deployments', 'prod_finished_deployments'
    ]) as own
  );
begin
  return query
  select 'pg_class'::regclass::oid, pg_rewrite.ev_class
  from pg_depend
  join pg_rewrite on pg_rewrite.oid = pg_depend.objid
  where pg_depend.classid = 'pg_rewrite'::regclass
    and pg_depend.refobjid = any (v_own)
    and pg_rewrite.ev_class <> all (array_remove(v_own, null))
  union
  select 'pg_constraint'::regclass::oid, pg_constraint.oid
  from pg_constraint
  where pg_constraint.contype = 'f'
    and pg_constraint.confrelid = any (v_own)
    and pg_constraint.conrelid <> all (array_remove(v_own, null));
end;
$$;
