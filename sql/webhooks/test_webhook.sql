-- Has a message sent that tells of nothing, behind no other. Returns its number.
-- Called by operators; webhook_deliveries shows what has become of it.
create or replace function deploy_queue.test_webhook(name text) returns bigint
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_webhook deploy_queue.webhooks := deploy_queue._webhook(test_webhook.name);
  v_now timestamptz := deploy_queue._now();
  v_id bigint;
begin
  -- An earlier test that was not delivered must not hold this one up.
  delete from deploy_queue.webhook_messages as messages
  where messages.webhook_id = v_webhook.id and messages.line = -1 and messages.delivered_at is null;
  update deploy_queue.webhooks set paused_until = null where webhooks.id = v_webhook.id;
  insert into deploy_queue.webhook_messages (webhook_id, line, kind, created_at, due_at)
  values (v_webhook.id, -1, 'test', v_now, v_now)
  returning webhook_messages.id into v_id;
  perform deploy_queue._notify('deploy_queue_webhooks');
  return v_id;
end;
$$;

comment on function deploy_queue.test_webhook(text) is
  'Has a webhook sent a message that tells of nothing. Returns its number; webhook_deliveries shows what has become of it.';
