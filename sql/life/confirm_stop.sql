-- Tells that the work of a deployment that was asked to stop has ended: it is cancelled, and its cell is free.
-- Called by its keeper alone; to cancel it once more confirms nothing.
create or replace function deploy_queue.confirm_stop(deployment_id bigint, keeper text default null) returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_kind = 'stopped'
  where deployments.id = confirm_stop.deployment_id
    and deployments.stop_timestamp is not null
    and deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
    and deployments.keeper is not distinct from coalesce(confirm_stop.keeper, deployments.keeper)
  returning deployments.* into v_deployment;

  if not found then
    v_deployment := deploy_queue._untouched(confirm_stop.deployment_id, confirm_stop.keeper);
    if v_deployment.finish_timestamp is not null then
      perform deploy_queue._refuse_ended(v_deployment);
    end if;
    if v_deployment.cancellation_timestamp is null then
      raise exception using
        errcode = 'QD037',
        message = format('%s was not asked to stop', deploy_queue._label(v_deployment)),
        hint = 'Its keeper ends it with finish() or fail().';
    end if;
    raise notice '% is already cancelled', deploy_queue._label(v_deployment);
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.confirm_stop(bigint, text) is
  'Tells that the work of a deployment that was asked to stop has ended, and returns the deployment, which is cancelled now. Confirming it twice is fine. keeper: as for finish().';
