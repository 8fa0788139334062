-- Deployments with the same exclusion key share a slot: those with a common concurrency key, and those in one hold. The constraint
-- never_two_at_once says the same. Without a search_path of its own, PostgreSQL writes the body into the caller.
create or replace function deploy_queue._exclusion_key(deployment deploy_queue.deployments) returns text
language sql immutable
as $$
  select coalesce('key ' || deployment.concurrency_key, 'id ' || coalesce(deployment.joined_id, deployment.id)::text);
$$;
