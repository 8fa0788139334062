-- Leaves an event that says what an operator has done with a webhook, without its secrets.
-- Called by add_webhook, rotate_webhook, remove_webhook and redeliver_webhook.
create or replace function deploy_queue._record_webhook(webhook deploy_queue.webhooks, change text, changes jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deploy_queue.deployment_events (kind, reason, detail)
  values (
    'configured', format('webhook %s %s', webhook.name, _record_webhook.change),
    jsonb_build_object('table', 'webhooks', 'name', webhook.name, 'change', _record_webhook.change, 'changes', _record_webhook.changes)
  );
end;
$$;
