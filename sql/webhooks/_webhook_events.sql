-- What a webhook can be told of.
-- Called by add_webhook.
create or replace function deploy_queue._webhook_events() returns text[]
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select array[
    'enqueued', 'released', 'redeemed', 'prioritized', 'refused', 'approval-needed', 'approved', 'disapproved', 'started', 'verifying', 'stopping',
    'finished', 'failed', 'rejected', 'cancelled', 'reaped', 'outlier', 'bypassed', 'allowed', 'disallowed', 'frozen', 'thawed', 'line-held', 'line-released',
    'marked-bad', 'marked-good', 'configured'
  ];
$$;
