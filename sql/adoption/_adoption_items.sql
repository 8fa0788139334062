-- What an adoption moves, and how much of it.
-- Called by preview_adoption and adopt, which have read the predecessor.
create or replace function pg_temp._adoption_items() returns table (what text, amount bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'environments', count(*) from public.environments
  union all
  select 'cells', count(*)
  from (
    select distinct adopted.environment, adopted.cloud_provider, adopted.region, adopted.cell_index
    from pg_temp.adopted_deployments as adopted
  ) as adopted_cells;

  return query
  select 'deployments ' || case
      when adopted.cancellation_timestamp is not null then 'cancelled'
      when adopted.finish_timestamp is not null then 'finished'
      when adopted.start_timestamp is not null then 'running'
      else 'queued'
    end as state, count(*)
  from pg_temp.adopted_deployments as adopted
  group by state
  order by state;

  return query
  select repaired.what, count(*)
  from pg_temp.adopted_deployments as adopted
  cross join lateral (
    values ('texts brought into one line', adopted.has_new_text), ('timestamps brought into order', adopted.has_new_moment)
  ) as repaired (what, happened)
  where repaired.happened
  group by repaired.what
  order by repaired.what;
end;
$$;
