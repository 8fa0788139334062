-- Leaves an event the first time that a deployment is told to wait: a waiter looks again and again.
-- Called by try_start.
create or replace function deploy_queue._record_refusal(
  deployment deploy_queue.deployments,
  reasons deploy_queue.reason[]
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from deploy_queue.deployment_events
    where deployment_events.deployment_id = deployment.id and deployment_events.kind = 'refused'
  ) then
    insert into deploy_queue.deployment_events (deployment_id, kind, from_state, reason)
    values (
      deployment.id, 'refused', case when deployment.hold is null then 'queued' else 'held' end::deploy_queue.deployment_status,
      deploy_queue._reasons_text(reasons)
    );
  end if;
end;
$$;
