-- Cancels a queued or running deployment. One that is cancelled already is left as it is.
-- Called by clients; a plain UPDATE of cancellation_timestamp does the same.
create or replace function deploy_queue.cancel(deployment_id bigint, cancellation_note text default null)
returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  perform deploy_queue._require_right_to(cancel.deployment_id);

  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = cancel.cancellation_note
  where deployments.id = cancel.deployment_id and deployments.cancellation_timestamp is null
  returning deployments.* into v_deployment;

  if not found then
    v_deployment := deploy_queue._deployment(cancel.deployment_id);
    raise notice '% is already cancelled', deploy_queue._label(v_deployment);
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.cancel(bigint, text) is
  'Cancels a queued or running deployment and returns it. Cancelling it twice is fine; a finished one is refused.';
