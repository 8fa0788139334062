-- The approvals that count for a deployment: those of its version and artifact, by members of the role that is asked.
-- Called by the gate of approvals and by those that change them.
create or replace function deploy_queue._approvals_of(candidate deploy_queue.deployments, approvers text)
returns setof deploy_queue.approvals
language plpgsql stable rows 2
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select approvals.*
  from deploy_queue.approvals
  where approvals.deployment_id = candidate.id
    and approvals.kind = 'approve'
    and approvals.version is not distinct from candidate.version
    and approvals.artifact is not distinct from candidate.artifact
    and deploy_queue._is_member(approvals.principal, _approvals_of.approvers)
    -- Who redeems what was reserved enters it as well, also after an approval.
    and not exists (
      select from deploy_queue.deployment_events as events
      where events.deployment_id = candidate.id and events.kind = 'redeemed'
        and array[events.principal, deploy_queue._person(events.actor)] && array[approvals.principal, deploy_queue._person(approvals.actor)]
    )
  order by approvals.id;
end;
$$;
