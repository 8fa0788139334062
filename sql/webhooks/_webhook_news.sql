-- What webhooks are to be told and no worker has seen yet. History that is written after the fact, or adopted, is no news.
-- Read by _make_messages, and by the views of webhooks.
create or replace view deploy_queue._webhook_news as
select
  webhooks.id as webhook_id,
  webhooks.name,
  outbox.event_id,
  outbox.created_at,
  coalesce(outbox.deployment_id, event.deployment_id) as deployment_id,
  told.kind,
  told.position
from deploy_queue.webhook_outbox as outbox
join deploy_queue.deployment_events as event on event.id = outbox.event_id
left join deploy_queue.deployments on deployments.id = coalesce(outbox.deployment_id, event.deployment_id)
cross join lateral unnest(outbox.kinds) with ordinality as told (kind, position)
join deploy_queue.webhooks on told.kind = any (webhooks.events)
  and webhooks.after_event < event.id
  and (coalesce(deployments.environment, event.environment) = any (webhooks.environments)) is not false
where event.deployment_id is null or not exists (
  select from deploy_queue.deployment_events as entry
  where entry.deployment_id = event.deployment_id and entry.kind = 'enqueued' and entry.detail ? 'after_the_fact'
);

comment on view deploy_queue._webhook_news is 'Private: what webhooks are to be told and no worker has seen yet.';
