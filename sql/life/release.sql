-- Lets a held deployment go: into the line at its end, or on from the place that it has kept. Of several callers,
-- one is told that it released it; a call that is repeated with the same key, after a lost answer, is told the same.
-- Called by clients; a plain UPDATE that takes the hold away does the same.
create or replace function deploy_queue.release(
  deployment_id bigint,
  reason text default null,
  heartbeat boolean default false,
  release_key text default null,
  confirmation text default null
)
returns table (released boolean, deployment deploy_queue.deployments)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment("release".deployment_id);
  v_released deploy_queue.deployments;
  -- Of what agents run, the target is the keeper, whoever releases it.
  v_target text := (select work.target from deploy_queue.work where work.deployment_id = v_deployment.id);
  v_heartbeat boolean := "release".heartbeat or v_target is not null;
begin
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;

  -- A reservation is redeemed.
  if v_deployment.hold is not null and v_deployment.reserved_until is null then
    perform set_config('deploy_queue.reason', coalesce("release".reason, ''), true);
    update deploy_queue.deployments
    set hold = null,
      confirmation = coalesce("release".confirmation, deployments.confirmation),
      release_key = coalesce("release".release_key, ''),
      -- The heartbeat comes with the release: a client that dies right after must not leave the deployment in the line for ever.
      heartbeat_timestamp = case when v_heartbeat then deploy_queue._now() else deployments.heartbeat_timestamp end,
      alive_until = case
        when v_heartbeat then deploy_queue._now() + deploy_queue._lease(deployments.environment, deployments.component)
        else deployments.alive_until
      end,
      keeper = case when v_heartbeat then coalesce('target ' || v_target, "release".release_key) else deployments.keeper end
    where deployments.id = v_deployment.id
    returning deployments.* into v_released;
    perform set_config('deploy_queue.reason', '', true);
    return query select v_released.id is not null, case when v_released.id is null then v_deployment else v_released end;
  else
    return query select coalesce(v_deployment.release_key = nullif("release".release_key, ''), false), v_deployment;
  end if;
end;
$$;

comment on function deploy_queue.release(bigint, text, boolean, text, text) is
  'Releases a held deployment into the line; returns whether this call did, and the deployment. An ended one is refused. heartbeat: the caller promises heartbeats from now on. release_key: drawn by the caller, who asks again with it when the answer was lost. confirmation: the phrase that is demanded, also when it was staged with it; without it, it stays on hold, and an event says so.';
