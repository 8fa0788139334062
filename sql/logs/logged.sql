-- Which of these deployments have a log. Called by displays, for the few deployments that they show.
create or replace function deploy_queue.logged(deployment_ids bigint[]) returns setof bigint
language sql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select asked.id
  from unnest(logged.deployment_ids) as asked (id)
  where exists (select from deploy_queue.deployment_logs where deployment_logs.deployment_id = asked.id);
$$;

comment on function deploy_queue.logged(bigint[]) is 'Which of these deployments have a log.';
