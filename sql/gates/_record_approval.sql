-- Records what its caller says to a deployment that waits, as a row that never changes and as an event. One that has started or ended is
-- refused. Called by approve and disapprove, under the lock of the deployment.
create or replace function deploy_queue._record_approval(deployment deploy_queue.deployments, kind text, note text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  if deploy_queue._has_ended(deployment) then
    perform deploy_queue._refuse_ended(deployment);
  end if;
  if deployment.start_timestamp is not null then
    raise exception using
      errcode = 'QD007',
      message = deploy_queue._label(deployment) || ' is running already',
      hint = 'Only what waits is approved or disapproved.';
  end if;

  insert into deploy_queue.approvals (deployment_id, occurred_at, kind, principal, actor, note, version, artifact)
  values (
    deployment.id, v_now, _record_approval.kind, deploy_queue._principal(), deploy_queue._actor(), _record_approval.note,
    deployment.version, deployment.artifact
  );
  insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, reason, detail)
  values (
    deployment.id, v_now, _record_approval.kind || 'd', _record_approval.note,
    jsonb_strip_nulls(jsonb_build_object('version', deployment.version, 'artifact', deployment.artifact))
  );
end;
$$;
