-- Says yes to a deployment that waits for approvals, for the version and the artifact that it has now. It may be said before its turn, and
-- wakes the deployment when it was the last that was missing. One person counts once.
-- Called by approvers.
create or replace function deploy_queue.approve(deployment_id bigint, note text default null) returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(approve.deployment_id);
  v_before deploy_queue.approvals;
  v_turns jsonb;
begin
  perform deploy_queue._require_approver(v_deployment);
  v_deployment := deploy_queue._lock_deployment(v_deployment.id);
  -- The caller may have redeemed it meanwhile, and would approve what it has entered itself.
  perform deploy_queue._require_approver(v_deployment);

  select given.* into v_before
  from deploy_queue._demands(v_deployment.environment, v_deployment.component) as demands
  cross join lateral deploy_queue._approvals_of(v_deployment, deploy_queue._approver_role(demands.approvers)) as given
  where array[given.principal, deploy_queue._person(given.actor)]
    && array[deploy_queue._principal(), deploy_queue._person(deploy_queue._actor())]
  limit 1;
  if v_before.principal = deploy_queue._principal() then
    raise notice '% is approved by you already', deploy_queue._label(v_deployment);
    return v_deployment;
  elsif v_before.id is not null then
    raise exception using
      errcode = 'QD054',
      message = format('%s is approved by %s already, with the role %s', deploy_queue._label(v_deployment), v_before.actor, v_before.principal),
      hint = 'One person counts once, whatever the role.';
  end if;

  v_turns := deploy_queue._turns(array[v_deployment.cell_id]);
  perform deploy_queue._record_approval(v_deployment, 'approve', approve.note);
  perform deploy_queue._wake_sooner(array[v_deployment.cell_id], v_turns);
  return v_deployment;
end;
$$;

comment on function deploy_queue.approve(bigint, text) is
  'Approves a deployment that waits, for the version and artifact that it has; returns it. For members of the role that its environment asks (approvers, else deploy_queue_approver), and never for the one who entered it. One person counts once. May come before its turn; wakes it when no approval is missing any more.';
