-- What webhooks are told of an event: its kind, and what else it means at this moment.
-- Called by the trigger of events, only where a webhook may be told.
create or replace function deploy_queue._webhook_kinds(event deploy_queue.deployment_events) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changes jsonb := event.detail -> 'changes';
begin
  return array[event.kind] || case
    when event.kind = 'configured' and event.detail ->> 'table' = 'freezes' then case
      when event.detail ->> 'change' = 'added' or v_changes #>> '{has_expired,to}' = 'false' then 'frozen'
      when event.detail ->> 'change' = 'removed' or v_changes ?| array['lifted_at', 'has_expired'] then 'thawed'
    end
    when event.kind in ('enqueued', 'released', 'redeemed') and event.to_state = 'queued' and exists (
      select from deploy_queue.deployments cross join lateral deploy_queue._missing_approvals(deployments)
      where deployments.id = event.deployment_id
    ) then 'approval-needed'
  end;
end;
$$;
