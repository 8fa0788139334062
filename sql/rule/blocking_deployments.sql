-- The deployments that a queued deployment waits for, in the order of the line.
-- Called by clients and people.
create or replace function deploy_queue.blocking_deployments(deployment_id bigint)
returns setof deploy_queue.deployments
language sql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select blocker.*
  from deploy_queue.waiting_on($1) as reason
  join deploy_queue.deployments as blocker on blocker.id = reason.deployment_id
  order by blocker.id;
$$;

comment on function deploy_queue.blocking_deployments(bigint) is
  'The deployments that this queued deployment waits for: running, buffering, or queued ahead of it in its cell.';
