-- Whether a deployment still holds its cell: it runs, was not asked to stop, and its lease is good or it needs none. Refused otherwise.
-- Called by jobs before they touch the cell: a job that is run again alone may come long after its deployment has ended.
create or replace function deploy_queue.assert(deployment_id bigint) returns deploy_queue.deployments
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(assert.deployment_id);
begin
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;
  if v_deployment.start_timestamp is null
    or v_deployment.stop_timestamp is not null
    or (v_deployment.alive_until is not null and not deploy_queue._is_kept(v_deployment))
  then
    raise exception using
      errcode = 'QD038',
      message = format('%s does not hold its cell: %s', deploy_queue._label(v_deployment), case
        when v_deployment.start_timestamp is null then 'it is queued'
        when v_deployment.stop_timestamp is not null then 'it is being stopped'
        else format('its keeper sent no heartbeat since %s', date_trunc('second', v_deployment.heartbeat_timestamp))
      end),
      hint = 'Do not touch the cell. Enter the line with a new deployment.';
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.assert(bigint) is
  'Returns the deployment when it holds its cell: it runs, is not being stopped, and its lease is good or it has none. Refused otherwise.';
