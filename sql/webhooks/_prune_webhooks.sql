-- Removes messages of webhooks: delivered ones after 7 days, all after 30.
-- Called by prune_history, once nothing else is left to remove.
create or replace function deploy_queue._prune_webhooks() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  -- Webhooks before their messages, as all that writes them.
  perform from deploy_queue.webhooks order by webhooks.id for no key update;
  perform deploy_queue._make_messages();
  delete from deploy_queue.webhook_messages as messages
  where messages.created_at < v_now - interval '30 days'
    or (messages.created_at < v_now - interval '7 days' and messages.delivered_at is not null)
    or not exists (select from deploy_queue.webhooks where webhooks.id = messages.webhook_id);
end;
$$;
