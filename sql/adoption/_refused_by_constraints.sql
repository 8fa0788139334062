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
      cross join lateral (
        select deploy_queue._flaw_of_deployment(row(
          adopted.id, adopted.environment, adopted.cloud_provider, adopted.region, adopted.cell_index, adopted.component,
          adopted.version, adopted.url, adopted.note, adopted.concurrency_key, adopted.start_timestamp,
          adopted.finish_timestamp, adopted.cancellation_timestamp, adopted.cancellation_note, adopted.heartbeat_timestamp,
          adopted.created_at, adopted.updated_at, null, null, null, false, null, 0, null, null, null, null, null, null, false
        )::deploy_queue.deployments)
        union all
        select refusal.name from (values %s) as refusal (name, refuses) where refusal.refuses
      ) as refused (name)
      where refused.name is not null
      group by refused.name
      order by refused.name',
      string_agg(
        format('(%L, not (%s))', pg_constraint.conname, pg_get_expr(pg_constraint.conbin, pg_constraint.conrelid)), ', '
      )
    )
    from pg_constraint
    where pg_constraint.conrelid = 'deploy_queue.cells'::regclass
      and pg_constraint.contype = 'c'
  );
end;
$$;
