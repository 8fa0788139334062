-- The deployments of the predecessor that a check of our tables would refuse: how many, by which, and the first of them.
-- Called by preview_adoption, and by adopt when one has refused, so that all of them are told at once.
create or replace function deploy_queue._refused_by_constraints() returns table (amount bigint, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query execute (
    select format('
      select count(*), format(''%%s: %%s'', replace(refused.name, ''_'', '' ''),
        array_to_string((array_agg(adopted.id order by adopted.id))[:5], '', ''))
      from pg_temp.adopted_deployments as adopted
      cross join lateral (values %s) as refused (name, refuses)
      -- Few are refused at all; only those are looked at by each check.
      where (%s) is false and refused.refuses
      group by refused.name
      order by refused.name',
      string_agg(
        format('(%L, not (%s))', pg_constraint.conname, pg_get_expr(pg_constraint.conbin, pg_constraint.conrelid)), ', '
      ),
      string_agg(format('(%s)', pg_get_expr(pg_constraint.conbin, pg_constraint.conrelid)), ' and ')
    )
    from pg_constraint
    where pg_constraint.conrelid in ('deploy_queue.cells'::regclass, 'deploy_queue.deployments'::regclass)
      and pg_constraint.contype = 'c'
  );
end;
$$;
