-- Removes logs whose deployments ended before their log_retention, or are gone, at most one batch; returns how many.
-- Called by the background worker until it returns 0; takes no lock that the queue needs.
create or replace function deploy_queue.prune_logs(batch_size integer default 50) returns integer
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_ids bigint[] := array(
    select begun.deployment_id
    from deploy_queue.deployment_logs as begun
    left join deploy_queue.deployments on deployments.id = begun.deployment_id
    left join lateral deploy_queue.log_policy(deployments.environment, deployments.component) as policy on true
    where begun.position = 1
      -- What is younger need not be looked at: most logs are.
      and begun.logged_at < v_now - (
        select min(demanded.log_retention)
        from (
          select environments.log_retention from deploy_queue.environments
          union all
          select component_policies.log_retention from deploy_queue.component_policies
        ) as demanded
      )
      and (
        coalesce(deployments.finish_timestamp, deployments.cancellation_timestamp) < v_now - policy.log_retention
        or deployments.id is null and (deploy_queue._caller()).environments is null
      )
      and (deployments.id is null or deploy_queue._may_change(deployments.environment))
    order by begun.logged_at
    limit prune_logs.batch_size
  );
begin
  delete from deploy_queue.deployment_logs where deployment_logs.deployment_id = any (v_ids);
  return cardinality(v_ids);
end;
$$;

comment on function deploy_queue.prune_logs(integer) is
  'Removes a batch of logs whose deployments ended longer ago than log_retention; returns how many, 0 when none is left.';
