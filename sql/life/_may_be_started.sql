-- Whether a look that names this keeper may start a deployment: it waits, has no other keeper, and an operator starts it past the rules or nothing
-- keeps it from starting. Called by try_start. Without a search_path of its own, PostgreSQL writes the body into the caller.
create or replace function deploy_queue._may_be_started(deployment deploy_queue.deployments, keeper text) returns boolean
language sql volatile
as $$
  select deployment.start_timestamp is null
    and deployment.cancellation_timestamp is null
    and (deployment.keeper <> _may_be_started.keeper) is not true
    and (deploy_queue._bypass_reason() is not null or deploy_queue._may_start(deployment, true));
$$;
