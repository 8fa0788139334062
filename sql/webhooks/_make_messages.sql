-- Makes messages of what webhooks are to be told, in the order of the events. The locks of the webhooks let one session do so at a time: in the
-- line of a deployment, no message overtakes another. Those of the outbox do where no webhook is registered yet.
-- Called by next_webhook_messages, and by what removes history.
create or replace function deploy_queue._make_messages() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_events bigint[];
begin
  if not exists (select from deploy_queue.webhook_outbox) then
    return;
  end if;
  perform from deploy_queue.webhooks order by webhooks.id for no key update;
  v_events := array(select outbox.event_id from deploy_queue.webhook_outbox as outbox order by outbox.event_id limit 10000 for update);
  insert into deploy_queue.webhook_messages (webhook_id, line, event_id, kind, created_at, due_at)
  select news.webhook_id, coalesce(news.deployment_id, 0), news.event_id, news.kind, news.created_at, news.created_at
  from deploy_queue._webhook_news as news
  where news.event_id = any (v_events)
  order by news.event_id, news.position, news.webhook_id;
  delete from deploy_queue.webhook_outbox as outbox where outbox.event_id = any (v_events);
end;
$$;
