-- Whether a deployment may start now. Who asked to start when it may, with a start_timestamp of infinity, hears "no"; whoever
-- says that it starts is refused. Called by the triggers, so that plain INSERT and UPDATE obey the rule, and by try_start for a look
-- that locks nothing.
create or replace function deploy_queue._may_start(
  candidate deploy_queue.deployments,
  only_asks boolean
) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reasons deploy_queue.reason[] := array(
    select reason
    from deploy_queue._waiting_on(candidate, case when only_asks then 1 end) as reason
    order by reason.deployment_id nulls first
  );
begin
  if v_reasons <> '{}' and only_asks is not true then
    raise exception using
      errcode = 'QD003',
      message = format('%s may not start: %s', deploy_queue._label(candidate), deploy_queue._reasons_text(v_reasons)),
      hint = 'deploy_queue.try_start() starts it when its turn comes; deploy_queue.waiting_on() says what it waits for.';
  end if;
  return v_reasons = '{}';
end;
$$;
