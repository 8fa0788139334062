-- The webhooks without their secrets, with what they have not been told. Read by people.
create or replace view deploy_queue.known_webhooks as
select
  webhooks.id as webhook_id,
  webhooks.name,
  webhooks.preset,
  -- Such as those of Slack, an address may be a secret itself.
  substring(webhooks.url from '^https?://[^/?]+') as host,
  webhooks.channel,
  webhooks.events,
  webhooks.environments,
  webhooks.allow_private,
  webhooks.created_by,
  webhooks.created_at,
  webhooks.delivered_at,
  webhooks.paused_until,
  webhooks.old_secret_until,
  undelivered.pending_count + news.pending_count as pending_count,
  coalesce(undelivered.oldest_pending_at, news.oldest_pending_at) as oldest_pending_at,
  coalesce(undelivered.problem, given_up.problem) as problem,
  given_up.given_up_count
from deploy_queue.webhooks
cross join lateral (
  select
    count(*)::integer as pending_count,
    min(pending.created_at) as oldest_pending_at,
    (array_agg(pending.problem order by pending.id desc) filter (where pending.problem is not null))[1] as problem
  from deploy_queue.webhook_messages as pending
  where pending.webhook_id = webhooks.id and pending.delivered_at is null and pending.given_up_at is null
) as undelivered
cross join lateral (
  select count(*)::integer as pending_count, min(unseen.created_at) as oldest_pending_at
  from deploy_queue._webhook_news as unseen
  where unseen.webhook_id = webhooks.id
) as news
cross join lateral (
  select count(*)::integer as given_up_count, (array_agg(lost.problem order by lost.id desc))[1] as problem
  from deploy_queue.webhook_messages as lost
  where lost.webhook_id = webhooks.id and lost.given_up_at is not null
) as given_up;

comment on view deploy_queue.known_webhooks is 'Who is told over HTTP, and of what, without secrets; and what was not delivered.';
comment on column deploy_queue.known_webhooks.webhook_id is 'Number of the webhook.';
comment on column deploy_queue.known_webhooks.name is 'What it is known as.';
comment on column deploy_queue.known_webhooks.preset is
  'The form of its messages: standard (signed JSON), slack, slack-bot, teams, pagerduty or opsgenie.';
comment on column deploy_queue.known_webhooks.host is 'Where its messages go, without the path, which may be a secret.';
comment on column deploy_queue.known_webhooks.channel is 'The channel in which a bot writes.';
comment on column deploy_queue.known_webhooks.events is 'What it is told of.';
comment on column deploy_queue.known_webhooks.environments is 'The only ones that it is told of; null is all.';
comment on column deploy_queue.known_webhooks.allow_private is 'Whether it may be on a private network.';
comment on column deploy_queue.known_webhooks.created_by is 'Who made it.';
comment on column deploy_queue.known_webhooks.created_at is 'When it was made.';
comment on column deploy_queue.known_webhooks.delivered_at is 'When its receiver has last taken a message.';
comment on column deploy_queue.known_webhooks.paused_until is
  'Until when nothing is sent, as its receiver has asked or since it fails again and again.';
comment on column deploy_queue.known_webhooks.old_secret_until is 'Until when the secret before the last rotation signs as well.';
comment on column deploy_queue.known_webhooks.pending_count is 'How many messages wait for their delivery.';
comment on column deploy_queue.known_webhooks.oldest_pending_at is 'Since when the oldest of them waits.';
comment on column deploy_queue.known_webhooks.problem is 'Why the last message that was not delivered was not.';
comment on column deploy_queue.known_webhooks.given_up_count is 'How many were not delivered within a day of attempts.';
