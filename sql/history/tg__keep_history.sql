-- Keeps history: deployments are never removed, and events, checks and approvals neither removed nor changed, except in maintenance.
-- Fires for every DELETE and TRUNCATE of these tables and every UPDATE of events, checks and approvals.
create or replace function deploy_queue.tg__keep_history() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('deploy_queue.maintenance', true) = 'on' then
    if tg_table_name = 'deployments' and tg_op = 'DELETE' then
      -- Only ended ones: the removal of a live one would wake no waiter behind it.
      if deploy_queue._has_ended(old) then
        return old;
      end if;
    else
      return coalesce(new, old);
    end if;
  end if;

  raise exception using
    errcode = 'QD010',
    message = format('%s of deploy_queue.%s is refused: history is kept', lower(tg_op), tg_table_name),
    hint = case
      when tg_table_name = 'checks' then 'Report the check again: the newest report counts.'
      when tg_table_name = 'approvals' then 'A disapproval takes an approval back.'
      else 'Cancel a deployment that should not happen. To keep less history, set environments.retention.'
    end;
end;
$$;

create or replace trigger tg_deployments__keep_history
before delete on deploy_queue.deployments
for each row execute function deploy_queue.tg__keep_history();

create or replace trigger tg_deployments__keep_history_whole
before truncate on deploy_queue.deployments
for each statement execute function deploy_queue.tg__keep_history();

create or replace trigger tg_deployment_events__keep_history
before update or delete on deploy_queue.deployment_events
for each row execute function deploy_queue.tg__keep_history();

create or replace trigger tg_deployment_events__keep_history_whole
before truncate on deploy_queue.deployment_events
for each statement execute function deploy_queue.tg__keep_history();

create or replace trigger tg_checks__keep_history
before update or delete on deploy_queue.checks
for each row execute function deploy_queue.tg__keep_history();

create or replace trigger tg_checks__keep_history_whole
before truncate on deploy_queue.checks
for each statement execute function deploy_queue.tg__keep_history();

create or replace trigger tg_approvals__keep_history
before update or delete on deploy_queue.approvals
for each row execute function deploy_queue.tg__keep_history();

create or replace trigger tg_approvals__keep_history_whole
before truncate on deploy_queue.approvals
for each statement execute function deploy_queue.tg__keep_history();
