-- Has webhooks told of the deployments that wait, lack approvals by a change of policies, and lacked none before. The event that they are
-- told of is the one of the change, which this session has just left. The arguments are those of _tell_of_gates, which calls it.
create or replace function deploy_queue._tell_of_approvals(
  before deploy_queue.environments,
  after deploy_queue.environments,
  own_before deploy_queue.component_policies,
  own_after deploy_queue.component_policies
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_component text := coalesce(own_before.component, own_after.component);
begin
  if not exists (select from deploy_queue.webhooks where 'approval-needed' = any (webhooks.events)) then
    return;
  end if;
  insert into deploy_queue.webhook_outbox (event_id, created_at, kinds, deployment_id)
  select currval('deploy_queue.deployment_events_id_seq'), deploy_queue._now(), array['approval-needed'], queued.id
  from deploy_queue._queued as queued
  left join deploy_queue.component_policies as own
    on v_component is null and own.environment = after.environment and own.component = queued.component
  cross join lateral deploy_queue._missing_approvals(queued.deployment) as missing
  where queued.environment = after.environment and queued.component = coalesce(v_component, queued.component)
    and (queued.deployment).hold is null
    and coalesce(own_before.approvals, own.approvals, before.approvals) <= (
      select count(*)
      from deploy_queue._approvals_of(
        queued.deployment, deploy_queue._approver_role(nullif(coalesce(own_before.approvers, own.approvers, before.approvers), ''))
      )
    )
  order by queued.id;
  if found then
    perform deploy_queue._notify('deploy_queue_webhooks');
  end if;
end;
$$;
