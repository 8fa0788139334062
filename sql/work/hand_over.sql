-- Releases a staged deployment whose command an agent is to run, instead of the process that releases it. Where it was staged for no target, it
-- goes to the one that is named, or to the only one of its component and cell.
-- Called by clients.
create or replace function deploy_queue.hand_over(
  deployment_id bigint,
  target text default null,
  reason text default null,
  release_key text default null,
  confirmation text default null
) returns table (released boolean, deployment deploy_queue.deployments)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_row(hand_over.deployment_id);
  v_is_new boolean;
begin
  insert into deploy_queue.work (deployment_id, target, commands, commit_hash)
  select v_deployment.id, deploy_queue._target_for(v_deployment, hand_over.target), array[deploy_queue._shell_words(v_deployment.command)],
    v_deployment.version
  where v_deployment.hold = 'outside' and not exists (select from deploy_queue.work where work.deployment_id = v_deployment.id);
  v_is_new := found;
  if exists (
    select from deploy_queue.work
    where work.deployment_id = v_deployment.id and work.target <> btrim(hand_over.target)
  ) then
    raise exception using errcode = 'QD126',
      message = format('%s was staged for another target', deploy_queue._label(v_deployment)),
      hint = 'Leave the target out.';
  end if;

  return query select given.released, given.deployment
  from deploy_queue.release(
    v_deployment.id, hand_over.reason, release_key => hand_over.release_key, confirmation => hand_over.confirmation
  ) as given;
  if v_is_new and exists (
    select from deploy_queue.deployments where deployments.id = v_deployment.id and deployments.hold is not null
  ) then
    -- It stays on hold, for whoever releases it next, and however.
    delete from deploy_queue.work where work.deployment_id = v_deployment.id;
  end if;
end;
$$;

comment on function deploy_queue.hand_over(bigint, text, text, text, text) is
  'Releases a staged deployment whose command an agent runs; returns whether this call did, and the deployment. target: the one whose agents run it; null is the one that it was staged for, else the only one of its component and cell. The others are as for release().';
