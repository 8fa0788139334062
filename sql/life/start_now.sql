-- Starts a waiting deployment past the rules: beside what runs, in a buffer or a freeze, before those ahead of it. The process that waits
-- for it goes on as if its turn had come.
-- Called by operators in an emergency.
create or replace function deploy_queue.start_now(deployment_id bigint, reason text) returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_row(start_now.deployment_id);
  v_before text := coalesce(current_setting('deploy_queue.bypass_reason', true), '');
begin
  if start_now.reason ~ '\S' is not true then
    raise exception using
      errcode = 'QD022',
      message = 'reason is missing',
      hint = 'It is recorded, for those that are passed.';
  end if;
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;
  if v_deployment.start_timestamp is not null then
    raise notice '% is running already', deploy_queue._label(v_deployment);
    return v_deployment;
  end if;
  if v_deployment.hold is not null and not deploy_queue._is_kept(v_deployment) then
    raise exception using
      errcode = 'QD007',
      message = format('%s is %s, and no process waits to run it', deploy_queue._label(v_deployment),
        case when v_deployment.reserved_until is null then 'on hold' else 'a reservation' end),
      hint = case when v_deployment.reserved_until is null
        then format('deploy_queue.release(%s) lets it go; then it can be started past the rules.', v_deployment.id)
        else format('deploy_queue.redeem(%s) makes a deployment of it, which can be started past the rules.', v_deployment.id) end;
  end if;

  perform set_config('deploy_queue.bypass_reason', start_now.reason, true);
  update deploy_queue.deployments
  set start_timestamp = 'infinity',
    -- The lease of its keeper goes on: the process that waits is the one that works.
    heartbeat_timestamp = case when deploy_queue._is_kept(deployments) then deploy_queue._now() end,
    alive_until = case
      when deploy_queue._is_kept(deployments) then deploy_queue._now() + deploy_queue._lease(deployments.environment, deployments.component)
    end
  where deployments.id = v_deployment.id
  returning deployments.* into v_deployment;
  perform set_config('deploy_queue.bypass_reason', v_before, true);
  return v_deployment;
end;
$$;

comment on function deploy_queue.start_now(bigint, text) is
  'Starts a waiting deployment past the rules, wakes the process that waits for it, and returns it, marked as forced. The event "bypassed" says who, why, and what it has passed. One that runs already is left as it is; one on hold that no process waits for is refused.';
