-- Whether a deployment has finished or was cancelled: from then on it never changes.
-- Called by the functions and triggers that change deployments.
create or replace function deploy_queue._has_ended(deployment deploy_queue.deployments) returns boolean
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return deployment.finish_timestamp is not null or deployment.cancellation_timestamp is not null;
end;
$$;
