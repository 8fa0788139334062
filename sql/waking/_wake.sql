-- Notifies a queued deployment if it may start now or knows when it may, and records that; stays silent while that is open.
-- Called by _wake_heads.
create or replace function deploy_queue._wake(candidate deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from unnest(deploy_queue._waiting_on(candidate)) as reason where reason.until is null
  ) then
    perform deploy_queue._tell_waiter(candidate);
    insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state)
    values (candidate.id, deploy_queue._now(), 'woken', 'queued');
  end if;
end;
$$;
