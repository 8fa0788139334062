-- Whether a deployment has finished or was cancelled: from then on it never changes.
-- Called by the functions and triggers that change deployments. Without a search_path of its own, PostgreSQL writes the body into the caller.
create or replace function deploy_queue._has_ended(deployment deploy_queue.deployments) returns boolean
language sql immutable parallel safe
as $$
  select deployment.finish_timestamp is not null or deployment.cancellation_timestamp is not null;
$$;
