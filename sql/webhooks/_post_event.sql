-- Writes what webhooks are to be told of an event.
-- Called by the trigger of events, once a webhook is known.
create or replace function deploy_queue._post_event(event deploy_queue.deployment_events) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_environment text := event.environment;
  v_kinds text[] := array[event.kind];
begin
  if event.kind = 'configured' and event.detail ->> 'table' = 'freezes' then
    v_kinds := v_kinds || case
      when event.detail ->> 'change' = 'added' then 'frozen'
      when event.detail ->> 'change' = 'removed' or event.detail -> 'changes' ? 'lifted_at' then 'thawed'
    end;
  elsif event.kind in ('enqueued', 'released', 'redeemed') and event.to_state = 'queued' then
    v_kinds := v_kinds || 'approval-needed'::text;
  end if;
  if not exists (select from deploy_queue.webhooks where webhooks.events && v_kinds) then
    return;
  end if;

  if event.deployment_id is not null then
    -- History that is written after the fact, or adopted, is no news.
    if event.occurred_at < v_now - interval '1 day' or exists (
      select from deploy_queue.deployment_events as entry
      where entry.deployment_id = event.deployment_id and entry.kind = 'enqueued' and entry.detail ? 'after_the_fact'
    ) then
      return;
    end if;
    select deployments.environment into v_environment from deploy_queue.deployments where deployments.id = event.deployment_id;
    if 'approval-needed' = any (v_kinds) and not exists (
      select from deploy_queue.deployments cross join lateral deploy_queue._missing_approvals(deployments)
      where deployments.id = event.deployment_id
    ) then
      v_kinds := array[event.kind];
    end if;
  end if;

  insert into deploy_queue.webhook_messages (webhook_id, line, event_id, kind, created_at, due_at)
  select webhooks.id, coalesce(event.deployment_id, 0), event.id, told.kind, v_now, v_now
  from unnest(v_kinds) with ordinality as told (kind, position)
  join deploy_queue.webhooks on told.kind = any (webhooks.events)
    and (v_environment = any (webhooks.environments)) is not false
  order by told.position, webhooks.id;
  if found then
    perform deploy_queue._notify('deploy_queue_webhooks');
  end if;
end;
$$;
