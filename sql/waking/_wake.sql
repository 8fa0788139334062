-- Notifies a queued deployment if it may start now or knows when it may, and leaves an event of that; stays silent while that is
-- still open. Called by the triggers that take a reason to wait away, for each head of the line that had it.
create or replace function deploy_queue._wake(candidate deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from deploy_queue._waiting_on(candidate, null) as reason where reason.until is null
  ) then
    -- Without a payload, equal wake-ups of one transaction collapse into one.
    perform pg_notify('deploy_queue_deployment_' || candidate.id, '');
    perform deploy_queue._record(candidate.id, deploy_queue._now(), 'woken', 'queued', null);
  end if;
end;
$$;
