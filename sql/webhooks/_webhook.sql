-- The webhook of a name, locked. Refuses a name that is not known and a caller that may not change it.
-- Called by all that changes one.
create or replace function deploy_queue._webhook(name text) returns deploy_queue.webhooks
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_webhook deploy_queue.webhooks;
begin
  select * into v_webhook from deploy_queue.webhooks where webhooks.name = btrim(_webhook.name);
  if found then
    perform deploy_queue._require_reach(v_webhook.environments, 'have others told of');
    select * into v_webhook from deploy_queue.webhooks where webhooks.id = v_webhook.id for no key update;
  end if;
  -- Before the lock, or while it waited for it.
  if not found then
    raise exception using errcode = 'QD092', message = format('there is no webhook %s', quote_literal(btrim(_webhook.name))),
      hint = 'deploy_queue.known_webhooks lists them.';
  end if;
  return v_webhook;
end;
$$;
