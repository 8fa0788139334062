-- Cancels those of the given deployments that are not to run any more, with the reason.
-- Called by _drop_obsolete, and by the look of such a deployment.
create or replace function deploy_queue._cancel_obsolete(deployment_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_kind = (obsolete.reason).kind::deploy_queue.cancellation_kind,
    cancellation_note = (obsolete.reason).text
  from (
    select waiting.id, (deploy_queue._obsolete(waiting.deployment))[1] as reason
    from deploy_queue._queued as waiting
    where waiting.id = any (_cancel_obsolete.deployment_ids)
    offset 0
  ) as obsolete
  where deployments.id = obsolete.id and (obsolete.reason).kind is not null;
end;
$$;
