-- Ends a webhook; what it has not been told is forgotten. Called by operators.
create or replace function deploy_queue.remove_webhook(name text) returns deploy_queue.known_webhooks
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_webhook deploy_queue.webhooks := deploy_queue._webhook(remove_webhook.name);
  v_known deploy_queue.known_webhooks;
begin
  select * into v_known from deploy_queue.known_webhooks where known_webhooks.webhook_id = v_webhook.id;
  delete from deploy_queue.webhooks where webhooks.id = v_webhook.id;
  delete from deploy_queue.webhook_messages where webhook_messages.webhook_id = v_webhook.id;
  perform deploy_queue._record_webhook(v_webhook, 'removed', '{}');
  return v_known;
end;
$$;

comment on function deploy_queue.remove_webhook(text) is
  'Ends a webhook; what it has not been told is forgotten. Returns it as it was.';
