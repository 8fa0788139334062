-- Proves that the keeper of a deployment is alive, and renews its lease by the policy of this moment. An ended deployment comes back
-- unchanged, so its keeper can stop. Called by the keeper, as often as this says.
create or replace function deploy_queue.heartbeat(deployment_id bigint, keeper text default null)
returns table (beat_again_in interval, ends_by timestamptz, deployment deploy_queue.deployments)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._require_right_to(heartbeat.deployment_id);

  return query
  select beat.*
  from deploy_queue._beat(array[heartbeat.deployment_id], heartbeat.keeper) as beat;
  if not found then
    deployment := deploy_queue._deployment(heartbeat.deployment_id);
    if not deploy_queue._has_ended(deployment) then
      perform deploy_queue._refuse_other_keeper(deployment);
    end if;
    return next;
  end if;
end;
$$;

comment on function deploy_queue.heartbeat(bigint, text) is
  'Renews the lease of the keeper of this deployment; returns after how long to send the next heartbeat, when the maximum duration is over, and the deployment, whose alive_until is the end of the lease. An ended one is returned unchanged, without a time. keeper: as it was given to enqueue() or try_start(); refused once another keeper has taken over.';
