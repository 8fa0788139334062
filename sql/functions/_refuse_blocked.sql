-- The error of whoever starts a deployment that has to wait; silent when it may start.
-- Called by the triggers, so that plain INSERT and UPDATE obey the rule.
create or replace function deploy_queue._refuse_blocked(candidate deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
  v_texts text[];
begin
  select count(*), array_agg(reason.text order by reason.deployment_id nulls first)
  into v_count, v_texts
  from deploy_queue._waiting_on(candidate) as reason;

  if v_count > 0 then
    raise exception using
      errcode = 'QD003',
      message = format('%s may not start: %s%s', deploy_queue._label(candidate), array_to_string(v_texts[1:5], '; '),
        case when v_count > 5 then format('; and %s more', v_count - 5) end),
      hint = 'deploy_queue.try_start() starts it when its turn comes; deploy_queue.waiting_on() says what it waits for.';
  end if;
end;
$$;
