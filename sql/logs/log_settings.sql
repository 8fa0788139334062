-- What is to be kept of the output of a deployment, and where its log goes on. Called by keepers before their work begins.
create or replace function deploy_queue.log_settings(deployment_id bigint)
returns table (log boolean, log_limit integer, next_position bigint)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(log_settings.deployment_id);
begin
  return query
  select policy.log, policy.log_limit, coalesce((
    select max(logged.position) from deploy_queue.deployment_logs as logged where logged.deployment_id = v_deployment.id
  ), 0) + 1
  from deploy_queue.log_policy(v_deployment.environment, v_deployment.component) as policy;
end;
$$;

comment on function deploy_queue.log_settings(bigint) is
  'Whether the policy keeps what the work of this deployment prints, how many bytes of it, and the first_position of the next append_log().';
