-- Messages of webhooks and what has become of each, for as long as they are kept. Read by people.
create or replace view deploy_queue.webhook_deliveries as
select
  messages.id as message_id,
  webhooks.name,
  messages.kind,
  case when messages.line > 0 then messages.line end as deployment_id,
  messages.event_id,
  messages.created_at,
  messages.attempts,
  case
    when messages.delivered_at is not null then 'delivered'
    when messages.given_up_at is not null then 'given up'
    else 'pending'
  end as state,
  case when messages.delivered_at is null and messages.given_up_at is null then messages.due_at end as due_at,
  messages.delivered_at,
  messages.given_up_at,
  messages.http_status,
  messages.problem
from deploy_queue.webhook_messages as messages
join deploy_queue.webhooks on webhooks.id = messages.webhook_id
union all
select
  null, news.name, news.kind, news.deployment_id, news.event_id, news.created_at, 0, 'pending', news.created_at, null, null, null, null
from deploy_queue._webhook_news as news;

comment on view deploy_queue.webhook_deliveries is 'Messages of webhooks and what has become of each; 30 days are kept, of delivered ones 7.';
comment on column deploy_queue.webhook_deliveries.message_id is 'Number of the message; null: no worker has seen it yet.';
comment on column deploy_queue.webhook_deliveries.name is 'Of the webhook.';
comment on column deploy_queue.webhook_deliveries.kind is 'What it tells of, as --events names it; or test.';
comment on column deploy_queue.webhook_deliveries.deployment_id is 'The deployment; null: it tells of none.';
comment on column deploy_queue.webhook_deliveries.event_id is 'The row of deployment_events that it tells.';
comment on column deploy_queue.webhook_deliveries.created_at is 'When it happened.';
comment on column deploy_queue.webhook_deliveries.attempts is 'How often it was sent.';
comment on column deploy_queue.webhook_deliveries.state is 'pending, delivered or given up.';
comment on column deploy_queue.webhook_deliveries.due_at is 'When it is sent next, once those before it have been.';
comment on column deploy_queue.webhook_deliveries.delivered_at is 'When its receiver has taken it.';
comment on column deploy_queue.webhook_deliveries.given_up_at is 'When it was given up, a day after its first attempt.';
comment on column deploy_queue.webhook_deliveries.http_status is 'What the receiver has answered last.';
comment on column deploy_queue.webhook_deliveries.problem is 'Why the last attempt has failed.';
