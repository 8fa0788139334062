-- Gives a worker messages to send now, for a minute: of each webhook at most some at once, and of a deployment always the first that was not
-- delivered. When the worker dies, they are due again after that minute.
-- Called by workers, whose role alone may: it gives the secrets out.
create or replace function deploy_queue.next_webhook_messages(at_most integer default 4)
returns table (
  message_id bigint, webhook_id integer, name text, message_uid text, attempt integer, preset text, url text, channel text, allow_private boolean,
  credential text, secrets text[], thread text, body jsonb
)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_webhook deploy_queue.webhooks;
  v_message deploy_queue.webhook_messages;
  v_room integer;
begin
  perform deploy_queue._make_messages();
  v_now := deploy_queue._now();
  for v_webhook in
    select * from deploy_queue.webhooks
    where (webhooks.paused_until > v_now) is not true and exists (
      select from deploy_queue.webhook_messages as due
      where due.webhook_id = webhooks.id and due.delivered_at is null and due.given_up_at is null and due.due_at <= v_now
    )
    order by webhooks.id
    -- One worker at a time looks at the messages of a webhook.
    for no key update
  loop
    -- A receiver that fails is asked with one message at a time.
    v_room := case when v_webhook.failures > 0 then 1 else next_webhook_messages.at_most end - (
      select count(*) from deploy_queue.webhook_messages as sent
      where sent.webhook_id = v_webhook.id and sent.delivered_at is null and sent.given_up_at is null
        and sent.due_at > v_now and sent.claimed_until = sent.due_at
    );
    for v_message in
      update deploy_queue.webhook_messages as messages
      set attempts = messages.attempts + 1, first_attempt_at = coalesce(messages.first_attempt_at, v_now),
        due_at = v_now + interval '1 minute', claimed_until = v_now + interval '1 minute'
      where messages.id = any (array(
        select due.id
        from deploy_queue.webhook_messages as due
        where due.webhook_id = v_webhook.id and due.delivered_at is null and due.given_up_at is null and due.due_at <= v_now
          and not exists (
            select from deploy_queue.webhook_messages as earlier
            where earlier.webhook_id = v_webhook.id and earlier.line = due.line and earlier.id < due.id
              and earlier.delivered_at is null and earlier.given_up_at is null
          )
        order by due.due_at, due.id
        limit greatest(v_room, 0)
      ))
      returning messages.*
    loop
      return query select
        v_message.id, v_webhook.id, v_webhook.name, format('msg_%s_%s', v_webhook.uid, v_message.id), v_message.attempts, v_webhook.preset,
        v_webhook.url, v_webhook.channel, v_webhook.allow_private, v_webhook.credential,
        case when v_webhook.old_secret_until > v_now then array[v_webhook.secret, v_webhook.old_secret] else array[v_webhook.secret] end,
        (
          select first.thread from deploy_queue.webhook_messages as first
          where first.webhook_id = v_webhook.id and first.line = v_message.line and first.thread is not null and v_message.line > 0
          order by first.id
          limit 1
        ),
        deploy_queue._webhook_body(v_message);
    end loop;
  end loop;
end;
$$;

comment on function deploy_queue.next_webhook_messages(integer) is
  'Gives a worker the messages that it is to send within a minute, with what they are signed with: at most so many of each webhook at once, and of a deployment always the first that was not delivered.';
