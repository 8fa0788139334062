-- Columns of public views that their view does not describe itself: they mean what they mean in the view without prod_, or in a table.
do $$
declare
  v_column record;
begin
  for v_column in
    select distinct on (columns.attrelid, columns.attnum)
      columns.attrelid::regclass as view, columns.attname as name, col_description(source.attrelid, source.attnum) as text
    from pg_class as views
    join pg_attribute as columns on columns.attrelid = views.oid and columns.attnum > 0
    join lateral (
      values
        (1, case when starts_with(views.relname, 'prod_') then 'deploy_queue.' || substr(views.relname, 6) end),
        (2, case views.relname
          when 'freezes_in_force' then 'deploy_queue.freezes'
          when 'windows' then 'deploy_queue.maintenance_windows'
          when 'deployment_duration_analytics' then 'deploy_queue.deployment_durations'
        end),
        (3, 'deploy_queue.deployments')
    ) as candidate (rank, name) on true
    join pg_attribute as source
      on source.attrelid = to_regclass(candidate.name)
      and source.attname = case columns.attname when 'deployment_id' then 'id' else columns.attname end
    where views.relnamespace = 'deploy_queue'::regnamespace
      and views.relkind = 'v'
      and not starts_with(views.relname, '_')
      and col_description(columns.attrelid, columns.attnum) is null
      and col_description(source.attrelid, source.attnum) is not null
    -- Views first: their comments come from the tables, or are their own.
    order by columns.attrelid, columns.attnum, candidate.rank
  loop
    execute format('comment on column %s.%I is %L', v_column.view, v_column.name, v_column.text);
  end loop;
end;
$$;
