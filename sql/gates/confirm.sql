-- Brings the phrase that a waiting deployment needs. A wrong one changes nothing and leaves an event.
-- Called by clients; a plain UPDATE of confirmation does the same.
create or replace function deploy_queue.confirm(deployment_id bigint, confirmation text)
returns table (confirmed boolean, deployment deploy_queue.deployments)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(confirm.deployment_id);
begin
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;

  update deploy_queue.deployments
  set confirmation = confirm.confirmation
  where deployments.id = v_deployment.id;
  confirmed := found;
  deployment := deploy_queue._deployment(v_deployment.id);
  confirmed := confirmed and deploy_queue._flaw_of_confirmation(deployment) is null;
  return next;
end;
$$;

comment on function deploy_queue.confirm(bigint, text) is
  'Confirms a waiting deployment with the phrase that its environment demands; returns whether it is confirmed now, and the deployment. A wrong phrase is recorded as an event and changes nothing.';
