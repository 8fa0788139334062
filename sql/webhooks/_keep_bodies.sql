-- Keeps what undelivered messages say, of deployments that are about to be removed.
-- Called by prune_history.
create or replace function deploy_queue._keep_bodies(deployment_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Webhooks before their messages, as all that writes them.
  perform from deploy_queue.webhooks order by webhooks.id for no key update;
  perform deploy_queue._make_messages();
  update deploy_queue.webhook_messages as messages
  set body = deploy_queue._webhook_body(messages)
  where messages.line = any (_keep_bodies.deployment_ids)
    and messages.webhook_id in (select webhooks.id from deploy_queue.webhooks)
    and messages.delivered_at is null and messages.body is null;
end;
$$;
