-- Notes of freezes that have expired by themselves that they have, once each, which leaves an event.
-- Called by reap_stale_deployments. Another worker that does so now is not waited for.
create or replace function deploy_queue._note_expired_freezes() returns void
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  update deploy_queue.freezes
  set has_expired = true
  where freezes.id = any (array(
    select expired.id
    from deploy_queue.freezes as expired
    where expired.expires_at <= deploy_queue._now() and expired.lifted_at is null and not expired.has_expired
      and deploy_queue._may_change(expired.environment)
    for no key update skip locked
  ));
$$;
