-- How many messages each webhook has not been told, for how long the oldest of them waits, and how many were given up.
-- Called by servers for metrics. Its size is that of the webhooks.
create or replace function deploy_queue.webhook_figures()
returns table (name text, pending_count integer, oldest_pending interval, given_up_count integer, failures integer)
language sql stable rows 5
security definer
set search_path = pg_catalog, pg_temp
as $$
  select known.name, known.pending_count, deploy_queue._now() - known.oldest_pending_at, known.given_up_count, webhooks.failures
  from deploy_queue.known_webhooks as known
  join deploy_queue.webhooks on webhooks.id = known.webhook_id;
$$;

comment on function deploy_queue.webhook_figures() is
  'Of each webhook, how many messages were not delivered yet, for how long the oldest of them waits, how many were given up, and how many attempts in a row have failed.';
