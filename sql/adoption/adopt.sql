-- Takes over the database of the predecessor: its environments, deployments and ids move here, and views take the place of
-- its tables. Called as the owner of both. All of it happens, or nothing.
create or replace function pg_temp.adopt(with_running boolean, with_waiting boolean)
returns table (what text, amount bigint, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
-- While this waits for a lock, all other sessions wait behind it.
set lock_timeout = '5s'
-- A million deployments are sorted and indexed in memory.
set work_mem = '256MB'
set maintenance_work_mem = '256MB'
as $$
declare
  v_problems text;
begin
  -- Not beside a session that grants privileges, and in no transaction that may not see what was written while it waited.
  perform deploy_queue._lock_cell(0);
  lock table deploy_queue.deployments, deploy_queue.deployment_events in access exclusive mode;
  if to_regclass('public.deployments') is not null and to_regclass('public.environments') is not null then
    lock table public.deployments, public.environments in access exclusive mode;
  end if;

  perform pg_temp._read_predecessor();
  return query select items.what, items.amount, null::text from pg_temp._adoption_items() as items;

  select string_agg(format('%s %s', problems.amount, problems.problem), '; ') into v_problems
  from pg_temp._adoption_problems(with_running, with_waiting) as problems;
  if v_problems is null then
    begin
      perform pg_temp._adopt_history();
      perform pg_temp._adopt_names();
    exception when check_violation then
      select string_agg(format('%s %s', problems.amount, problems.problem), '; ') into v_problems
      from pg_temp._refused_by_constraints() as problems;
    end;
  end if;
  if v_problems is not null then
    raise exception using
      errcode = 'QD013',
      message = 'the predecessor cannot be adopted: ' || v_problems,
      hint = 'Nothing has changed. A dry run lists the same and locks nothing that others need.';
  end if;
exception when lock_not_available then
  raise exception using
    errcode = 'QD013',
    message = 'the predecessor cannot be adopted now: a transaction has been using its tables for more than 5 seconds',
    hint = 'Nothing has changed; try again. pg_stat_activity shows the transaction, by its xact_start.';
end;
$$;
