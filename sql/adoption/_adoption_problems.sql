-- What stands in the way of an adoption, apart from values that a constraint refuses: how many, and what.
-- Called by preview_adoption and adopt, which have read the predecessor.
create or replace function pg_temp._adoption_problems(with_running boolean, with_waiting boolean)
returns table (amount bigint, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select count(*), 'deployments are in deploy_queue already'
  from deploy_queue.deployments
  having count(*) > 0;

  return query select shadowing.amount, shadowing.problem from pg_temp._shadowing() as shadowing;

  return query
  select count(*), 'waiting; let them start or cancel them, or adopt with those that wait: '
    || string_agg(adopted.id::text, ', ' order by adopted.id)
  from pg_temp.adopted_deployments as adopted
  where adopted.start_timestamp is null
    and adopted.cancellation_timestamp is null
    and adopted.finish_timestamp is null
    and not with_waiting
  having count(*) > 0;

  return query
  with running as (
    select *
    from pg_temp.adopted_deployments as adopted
    where adopted.start_timestamp is not null
      and adopted.finish_timestamp is null
      and adopted.cancellation_timestamp is null
  )
  select count(*), 'running; finish or cancel them, or adopt with those that run: ' || string_agg(running.id::text, ', ' order by running.id)
  from running
  where not with_running
  having count(*) > 0
  union all
  select count(*), 'running in a cell in which another runs; finish or cancel one: ' || string_agg(running.id::text, ', ' order by running.id)
  from running
  where exists (
    select
    from running as other
    where (other.environment, other.cloud_provider, other.region, other.cell_index)
        = (running.environment, running.cloud_provider, running.region, running.cell_index)
      and other.id <> running.id
      and (other.concurrency_key = running.concurrency_key) is not true
  )
  having count(*) > 0;

  return query
  select count(*), 'other objects depend on its tables and would stay behind: '
    || string_agg(pg_describe_object(others.classid, others.objid, 0), ', '
      order by pg_describe_object(others.classid, others.objid, 0))
  from pg_temp._dependents_of_predecessor() as others
  having count(*) > 0;

  return query
  select count(*), 'environments have a buffer time below 0 or above 30 days: '
    || string_agg(environments.environment, ', ' order by environments.environment)
  from public.environments
  where environments.buffer_time not between interval '0' and interval '30 days'
  having count(*) > 0;
end;
$$;
