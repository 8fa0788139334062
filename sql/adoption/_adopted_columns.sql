-- The columns of deployments that the predecessor has as well.
-- Called by _adopt_history and _refused_by_constraints, after _read_predecessor.
create or replace function pg_temp._adopted_columns() returns name[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(ours.attname order by ours.attnum)
  from pg_attribute as ours
  join pg_attribute as theirs using (attname)
  where ours.attrelid = 'deploy_queue.deployments'::regclass
    and theirs.attrelid = to_regclass('pg_temp.adopted_deployments')
    and ours.attnum > 0
    and not ours.attisdropped;
$$;
