-- Whether a deployment has a keeper that counts as alive.
-- Called by the guard, which asks a keeper to stop before it gives the cell on, and by what only a kept deployment may do.
create or replace function deploy_queue._is_kept(deployment deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return deployment.alive_until is not null and deploy_queue._lease_ends(
    deployment.heartbeat_timestamp, deployment.alive_until, deploy_queue._availability()
  ) >= deploy_queue._now();
end;
$$;
