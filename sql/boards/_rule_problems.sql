-- What breaks the rules of the queue, or keeps clients from acting by them: half a restore, or a setting.
-- Called by health.
create or replace function deploy_queue._rule_problems() returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'the constraint never_two_at_once is missing: two could run at once'
  where not exists (
    select from pg_constraint
    where pg_constraint.conrelid = 'deploy_queue.deployments'::regclass and pg_constraint.conname = 'never_two_at_once'
  )

  union all

  select format('the trigger %s is disabled', pg_trigger.tgname)
  from pg_trigger
  join pg_class on pg_class.oid = pg_trigger.tgrelid
  where pg_class.relnamespace = 'deploy_queue'::regnamespace and pg_trigger.tgenabled not in ('O', 'A')

  union all

  select format('no trigger calls %s', pg_proc.proname)
  from pg_proc
  where pg_proc.pronamespace = 'deploy_queue'::regnamespace
    and pg_proc.prorettype = 'trigger'::regtype
    and not exists (select from pg_trigger where pg_trigger.tgfoid = pg_proc.oid)
    -- Only an adoption makes the views whose trigger calls it.
    and (pg_proc.proname <> 'tg_old_deployments__write' or to_regnamespace('deploy_queue_predecessor') is not null)

  union all

  select foreign_dependency || ', which is none of the queue''s: create the schema anew, or find out who made that'
  from deploy_queue._foreign_dependencies() as foreign_dependency

  union all

  select approver_problem from deploy_queue._approver_problems() as approver_problem

  union all

  select format('transactions begin as %s here, in which nothing can be changed',
    current_setting('transaction_isolation'))
  where current_setting('transaction_isolation') <> 'read committed';
end;
$$;
