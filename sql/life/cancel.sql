-- Cancels a queued or running deployment. One that is kept while it runs is asked to stop, and holds its cell until its keeper confirms
-- the end of the work; force does not wait for that. queued_only refuses what runs. One that is cancelled already is left as it is.
-- Called by clients; a plain UPDATE of cancellation_timestamp does the same.
create or replace function deploy_queue.cancel(
  deployment_id bigint,
  cancellation_note text default null,
  force boolean default false,
  queued_only boolean default false
)
returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = coalesce(cancel.cancellation_note, deployments.cancellation_note),
    cancellation_kind = case when cancel.force and deployments.start_timestamp is not null then
      'forced'::deploy_queue.cancellation_kind end
  where deployments.id = cancel.deployment_id
    and deployments.cancellation_timestamp is null
    -- Asked again of the row that a start beside this call has left.
    and (deployments.start_timestamp is null or not cancel.queued_only)
    -- The guard refuses one that has finished, whether it was asked to stop or not.
    and (
      deployments.stop_timestamp is null or deployments.finish_timestamp is not null or cancel.force
      or not deploy_queue._is_kept(deployments)
    )
  returning deployments.* into v_deployment;

  if not found then
    perform deploy_queue._require_right_to(cancel.deployment_id);
    v_deployment := deploy_queue._deployment(cancel.deployment_id);
    if cancel.queued_only and v_deployment.cancellation_timestamp is null then
      if deploy_queue._has_ended(v_deployment) then
        perform deploy_queue._refuse_ended(v_deployment);
      end if;
      raise exception using
        errcode = 'QD076',
        message = format('%s is not queued any more: it started at %s', deploy_queue._label(v_deployment),
          date_trunc('second', v_deployment.start_timestamp)),
        hint = format('deploy_queue.cancel(%s) cancels it while it runs.', v_deployment.id);
    end if;
    raise notice '% is already %', deploy_queue._label(v_deployment),
      case when v_deployment.cancellation_timestamp is null then 'being stopped' else 'cancelled' end;
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.cancel(bigint, text, boolean, boolean) is
  'Cancels a queued or running deployment and returns it. One that runs and is kept is asked to stop: stop_timestamp says since when, and it is cancelled once its keeper has ended the work or is silent for too long. force: its cell is free at once, whatever still works in it. queued_only: refused when it has started. Cancelling it twice is fine; a finished one is refused.';
