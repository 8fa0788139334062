-- What adopt() would do with the tables of the predecessor, and everything that stands in its way. Changes nothing.
-- Called by "deploy-queue adopt --dry-run".
create or replace function deploy_queue.preview_adoption(with_running boolean default false)
returns table (what text, amount bigint, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._read_predecessor();
  return query select items.what, items.amount, null::text from deploy_queue._adoption_items() as items;
  return query select 'in the way', problems.* from deploy_queue._adoption_problems(with_running) as problems;
  return query select 'in the way', problems.* from deploy_queue._refused_by_constraints() as problems;
end;
$$;

comment on function deploy_queue.preview_adoption(boolean) is
  'What adopt() would bring over from the predecessor, how much of it, and, where problem is not null, what stands in the way.';
