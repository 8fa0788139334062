-- What adopt() would do with the tables of the predecessor, and everything that stands in its way. Changes nothing.
-- Called as the owner of both.
create or replace function pg_temp.preview_adoption(with_running boolean, with_waiting boolean)
returns table (what text, amount bigint, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_temp._read_predecessor();
  return query select items.what, items.amount, null::text from pg_temp._adoption_items() as items;
  return query select 'in the way', problems.* from pg_temp._adoption_problems(with_running, with_waiting) as problems;
  return query select 'in the way', problems.* from pg_temp._refused_by_constraints() as problems;
end;
$$;
