-- Since when nothing has kept a deployment from starting that may start now: the end of the last thing that can have kept it waiting.
-- Of one that has started, what ended before that counts. Called by stuck_deployments, _idle_since and transitions_after.
create or replace function deploy_queue._ready_since(head deploy_queue.deployments, now timestamptz) returns timestamptz
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return greatest(
    head.created_at,
    (
      select max(ended.finish_timestamp) + greatest(
        (select environments.buffer_time from deploy_queue.environments where environments.environment = head.environment),
        (select max(own.buffer_time) from deploy_queue.component_policies as own where own.environment = head.environment)
      )
      from deploy_queue.deployments as ended
      where ended.cell_id = head.cell_id and ended.finish_timestamp < coalesce(head.start_timestamp, 'infinity')
    ),
    (
      select max(ended.cancellation_timestamp) from deploy_queue.deployments as ended
      where ended.cell_id = head.cell_id and ended.cancellation_timestamp < coalesce(head.start_timestamp, 'infinity')
    ),
    head.not_before,
    nullif(deploy_queue._promoted_at(head), 'infinity'),
    (
      select max(moved.occurred_at) from deploy_queue.deployment_events as moved
      where moved.deployment_id = head.id and moved.kind in ('released', 'redeemed', 'prioritized', 'confirmed', 'approved')
    ),
    (select max(opening.opens) from deploy_queue._openings(head.environment) as opening where opening.opens <= _ready_since.now),
    (
      select max(coalesce(freezes.lifted_at, freezes.expires_at)) from deploy_queue.freezes
      where freezes.environment = head.environment and coalesce(freezes.lifted_at, freezes.expires_at) <= _ready_since.now
    )
  );
end;
$$;
