-- Records what has become of a message that a worker has sent. One that failed is sent again, later and later, for a day.
-- Called by workers.
create or replace function deploy_queue.record_webhook_attempt(
  message_id bigint,
  attempt integer,
  delivered boolean,
  http_status integer default null,
  problem text default null,
  retry_after interval default null,
  thread text default null
) returns void
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_asked interval := least(coalesce(record_webhook_attempt.retry_after, interval '0'), interval '1 day');
  v_webhook deploy_queue.webhooks;
  v_message deploy_queue.webhook_messages;
begin
  -- Webhooks before their messages, as next_webhook_messages locks them.
  select webhooks.* into v_webhook
  from deploy_queue.webhook_messages as messages
  join deploy_queue.webhooks on webhooks.id = messages.webhook_id
  where messages.id = record_webhook_attempt.message_id
  for no key update of webhooks;

  if record_webhook_attempt.delivered then
    update deploy_queue.webhook_messages as messages
    set delivered_at = v_now, given_up_at = null, claimed_until = null, http_status = record_webhook_attempt.http_status, problem = null,
      thread = record_webhook_attempt.thread
    where messages.id = record_webhook_attempt.message_id and messages.delivered_at is null;
    if found then
      update deploy_queue.webhooks set failures = 0, paused_until = null, delivered_at = v_now where webhooks.id = v_webhook.id;
    end if;
    return;
  end if;

  update deploy_queue.webhook_messages as messages
  set http_status = record_webhook_attempt.http_status, problem = left(deploy_queue._one_line(record_webhook_attempt.problem), 300),
    claimed_until = null,
    due_at = v_now + greatest(v_asked, least(interval '5 seconds' * 2 ^ least(messages.attempts - 1, 20), interval '2 hours')),
    given_up_at = case when messages.first_attempt_at <= v_now - interval '1 day' then v_now end
  -- Not after another worker has begun to send it.
  where messages.id = record_webhook_attempt.message_id and messages.attempts = record_webhook_attempt.attempt
    and messages.delivered_at is null and messages.given_up_at is null
  returning * into v_message;
  if not found then
    return;
  end if;
  if v_message.given_up_at is null then
    -- Those behind it cannot go before.
    update deploy_queue.webhook_messages as messages
    set due_at = v_message.due_at
    where messages.webhook_id = v_message.webhook_id and messages.line = v_message.line and messages.id > v_message.id
      and messages.delivered_at is null and messages.given_up_at is null and messages.due_at < v_message.due_at;
  end if;
  update deploy_queue.webhooks
  set failures = v_webhook.failures + 1,
    -- A single message may be what its receiver cannot take; several in a row are a receiver that is away.
    paused_until = greatest(
      v_webhook.paused_until,
      v_now + nullif(v_asked, interval '0'),
      v_now + case when v_webhook.failures >= 4
        then least(interval '5 seconds' * 2 ^ least(v_webhook.failures - 4, 20), interval '5 minutes') end
    )
  where webhooks.id = v_webhook.id;
end;
$$;

comment on function deploy_queue.record_webhook_attempt(bigint, integer, boolean, integer, text, interval, text) is
  'Records what has become of a message that a worker has sent. retry_after: how long the receiver wants to be left alone. thread: the message in a channel that later ones answer.';
