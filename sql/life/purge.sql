-- Cancels a deployment that is on hold; one that was released meanwhile is not touched.
-- Called by clients.
create or replace function deploy_queue.purge(deployment_id bigint, reason text default null)
returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(purge.deployment_id);
begin
  if v_deployment.hold is null then
    raise exception using
      errcode = 'QD029',
      message = format('%s is not on hold', deploy_queue._label(v_deployment)),
      hint = format('deploy_queue.cancel(%s) cancels it wherever it is.', v_deployment.id);
  end if;
  return deploy_queue.cancel(v_deployment.id, purge.reason);
end;
$$;

comment on function deploy_queue.purge(bigint, text) is
  'Cancels a deployment that is on hold and returns it. Purging it twice is fine; one that was released is refused.';
