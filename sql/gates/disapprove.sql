-- Says no to a deployment that waits for approvals: what was approved before is void, and the deployment is cancelled.
-- Called by approvers.
create or replace function deploy_queue.disapprove(deployment_id bigint, note text) returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(disapprove.deployment_id);
begin
  perform deploy_queue._require_approver(v_deployment);
  if disapprove.note ~ '\S' is not true then
    raise exception using
      errcode = 'QD022',
      message = 'note is missing',
      hint = 'Those who wait for the deployment are told why it is cancelled.';
  end if;
  v_deployment := deploy_queue._lock_deployment(v_deployment.id);
  perform deploy_queue._record_approval(v_deployment, 'disapprove', disapprove.note);

  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = format('disapproved by %s: %s', deploy_queue._actor(), disapprove.note)
  where deployments.id = v_deployment.id
  returning deployments.* into v_deployment;
  return v_deployment;
end;
$$;

comment on function deploy_queue.disapprove(bigint, text) is
  'Cancels a deployment that waits for approvals, approved ones included, until it starts; returns it. For those who may approve it. The note says why.';
