-- What webhooks are told of an event: its kind, and what else it means.
-- Read by _webhook_news.
create or replace function deploy_queue._webhook_kinds(event deploy_queue.deployment_events) returns text[]
language plpgsql stable
-- Readers of the views may not read what it reads.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return array[event.kind] || case
    when event.kind = 'configured' and event.detail ->> 'table' = 'freezes' then case
      when event.detail ->> 'change' = 'added' then 'frozen'
      when event.detail ->> 'change' = 'removed' or event.detail -> 'changes' ? 'lifted_at' then 'thawed'
    end
    when event.kind in ('enqueued', 'released', 'redeemed') and event.to_state = 'queued' and exists (
      select from deploy_queue.deployments cross join lateral deploy_queue._missing_approvals(deployments)
      where deployments.id = event.deployment_id
    ) then 'approval-needed'
  end;
end;
$$;
