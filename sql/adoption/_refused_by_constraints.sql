-- The deployments of the predecessor that a check of our tables would refuse: how many, by which, and the first of them.
-- Called by preview_adoption, and by adopt when one has refused, so that all of them are told at once.
create or replace function pg_temp._refused_by_constraints() returns table (amount bigint, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A row of deployments as the INSERT would make it: by name, with the default where the predecessor has no such column.
  v_row text := (
    select string_agg(
      case
        when pg_attribute.attname = any (pg_temp._adopted_columns()) then format('adopted.%I', pg_attribute.attname)
        else coalesce(pg_get_expr(pg_attrdef.adbin, pg_attrdef.adrelid), 'null')
      end,
      ', ' order by pg_attribute.attnum
    )
    from pg_attribute
    left join pg_attrdef
      on pg_attrdef.adrelid = pg_attribute.attrelid
      and pg_attrdef.adnum = pg_attribute.attnum
      and pg_attribute.attgenerated = ''
    where pg_attribute.attrelid = 'deploy_queue.deployments'::regclass
      and pg_attribute.attnum > 0
      and not pg_attribute.attisdropped
  );
  v_refusals text := (
    select string_agg(
      format('(%L, not (%s))', pg_constraint.conname, pg_get_expr(pg_constraint.conbin, pg_constraint.conrelid)), ', '
    )
    from pg_constraint
    where pg_constraint.conrelid = 'deploy_queue.cells'::regclass
      and pg_constraint.contype = 'c'
      -- What the predecessor does not know keeps its default.
      and not exists (
        select from pg_attribute
        where pg_attribute.attrelid = pg_constraint.conrelid and pg_attribute.attnum = any (pg_constraint.conkey)
          and pg_attribute.attname <> all (pg_temp._adopted_columns())
      )
  );
begin
  return query execute format('
    select count(*), format(''%%s: %%s'', replace(refused.name, ''_'', '' ''),
      array_to_string((array_agg(adopted.id order by adopted.id))[:5], '', ''))
    from pg_temp.adopted_deployments as adopted
    cross join lateral (
      select deploy_queue._flaw_of_deployment(row(%s)::deploy_queue.deployments)
      union all
      select refusal.name from (values %s) as refusal (name, refuses) where refusal.refuses
    ) as refused (name)
    where refused.name is not null
    group by refused.name
    order by refused.name', v_row, v_refusals);
end;
$$;
