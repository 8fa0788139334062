-- Has messages of a webhook sent anew: those that were given up, or one of them, whatever has become of it; and all that waits at once.
-- Called by operators.
create or replace function deploy_queue.redeliver_webhook(name text, message_id bigint default null) returns integer
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_webhook deploy_queue.webhooks := deploy_queue._webhook(redeliver_webhook.name);
  v_now timestamptz := deploy_queue._now();
  v_count integer;
begin
  update deploy_queue.webhook_messages as messages
  set delivered_at = null, given_up_at = null, first_attempt_at = null, attempts = 0, due_at = v_now, claimed_until = null
  where messages.webhook_id = v_webhook.id
    and case when redeliver_webhook.message_id is null then messages.given_up_at is not null else messages.id = redeliver_webhook.message_id end;
  get diagnostics v_count = row_count;
  if v_count = 0 and redeliver_webhook.message_id is not null then
    raise exception using errcode = 'QD093',
      message = format('webhook %s has no message %s', v_webhook.name, redeliver_webhook.message_id),
      hint = 'deploy_queue.webhook_deliveries lists them; delivered ones are kept for 7 days.';
  end if;
  -- What is on its way now stays there.
  update deploy_queue.webhook_messages as messages
  set due_at = v_now
  where messages.webhook_id = v_webhook.id and messages.delivered_at is null and messages.given_up_at is null
    and messages.due_at > v_now and (messages.claimed_until > v_now) is not true;
  update deploy_queue.webhooks set failures = 0, paused_until = null where webhooks.id = v_webhook.id;
  perform deploy_queue._record_webhook(v_webhook, 'redelivered', jsonb_strip_nulls(jsonb_build_object(
    'message_id', redeliver_webhook.message_id, 'messages', v_count
  )));
  perform deploy_queue._notify('deploy_queue_webhooks');
  return v_count;
end;
$$;

comment on function deploy_queue.redeliver_webhook(text, bigint) is
  'Has the messages of a webhook sent anew that were given up, or the one with this number, and all that waits at once. Returns how many are sent anew.';
