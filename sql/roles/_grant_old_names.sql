-- Lets each role that may read the views in the place of the predecessor's call what these views call: PostgreSQL demands
-- that right of the reader, not of the owner of the view. Does nothing where nothing was adopted.
-- Called by an adoption, and by _grant_roles for what a migration brings.
create or replace function deploy_queue._grant_old_names() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reader text;
  v_reads_boards boolean;
  -- All that views call, theirs and those beneath them; and what _principal, which PostgreSQL writes into views, and _status call.
  v_functions text := (
    select string_agg(distinct ours::text, ', ')
    from deploy_queue._functions() as ours
    join pg_proc on pg_proc.oid = ours and pg_proc.provolatile <> 'v'
    where pg_proc.proname in ('_verified_principal', '_cools_down') or exists (
      select from pg_depend
      where pg_depend.refclassid = 'pg_proc'::regclass and pg_depend.refobjid = ours and pg_depend.classid = 'pg_rewrite'::regclass
    )
  );
begin
  if not exists (select from pg_class where pg_class.oid = to_regclass('public.deployments') and pg_class.relkind = 'v') then
    return;
  end if;

  for v_reader, v_reads_boards in
    select case granted.grantee when 0 then 'public' else granted.grantee::regrole::text end,
      bool_or(pg_class.oid <> to_regclass('public.deployments'))
    from pg_class
    left join pg_attribute on pg_attribute.attrelid = pg_class.oid and pg_attribute.attacl is not null
    cross join lateral (
      select * from aclexplode(pg_class.relacl)
      union all
      select * from aclexplode(pg_attribute.attacl)
    ) as granted
    where pg_class.oid in (
        to_regclass('public.deployments'), to_regclass('public.deployment_duration_analytics'), to_regclass('public.prod_latest_deployments'),
        to_regclass('public.prod_current_deployments'), to_regclass('public.prod_finished_deployments')
      )
      and granted.grantee <> pg_class.relowner
    group by granted.grantee
  loop
    -- What the boards call calls further functions by their names. A role that is called like the schema would find the tables of the
    -- queue for the old names.
    if v_reads_boards and v_reader <> 'deploy_queue' then
      execute format('grant usage on schema deploy_queue to %s', v_reader);
    end if;
    execute format('grant execute on function %s to %s', v_functions, v_reader);
  end loop;
end;
$$;
