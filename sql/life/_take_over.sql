-- Makes the caller the keeper of a deployment that waits already: a client that died, or lost its answer, asks again with its key. What
-- runs has a command of the keeper before, so it is not taken over: when that keeper is dead, the deployment is reaped.
-- Called by _enter_again.
create or replace function deploy_queue._take_over(known deploy_queue.deployments, keeper text)
returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  update deploy_queue.deployments
  set keeper = _take_over.keeper,
    heartbeat_timestamp = deploy_queue._now(),
    alive_until = deploy_queue._now() + deploy_queue._lease(deployments.environment, deployments.component)
  where deployments.id = known.id
    and deployments.start_timestamp is null
    and deployments.cancellation_timestamp is null
  returning deployments.* into v_deployment;
  if found then
    -- The keeper before, if it is alive, hears at once that it is none any more.
    perform deploy_queue._tell(v_deployment.id, 'keeper');
    return v_deployment;
  end if;

  v_deployment := deploy_queue._deployment(known.id);
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;
  if v_deployment.keeper <> _take_over.keeper then
    raise exception using
      errcode = 'QD034',
      message = format('%s runs already, and another process keeps it', deploy_queue._label(v_deployment)),
      hint = 'The same idempotency key means the same work. Wait for that process, or use another key.';
  end if;
  return v_deployment;
end;
$$;
