-- The kinds of events that may mean something else to webhooks: see _webhook_kinds.
-- Called by add_webhook.
create or replace function deploy_queue._kinds_behind(events text[]) returns text[]
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case when 'approval-needed' = any (_kinds_behind.events) then array['enqueued', 'released', 'redeemed'] else '{}' end
    || case when _kinds_behind.events && array['frozen', 'thawed'] then array['configured'] else '{}' end;
$$;
