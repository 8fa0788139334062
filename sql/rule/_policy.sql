-- What an environment demands of its deployments at this moment, read once for a decision.
-- Called by the rule, the line and the wake-ups.
create or replace function deploy_queue._policy(environment text) returns deploy_queue.policies
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_policy deploy_queue.policies;
begin
  select
    deploy_queue._now(),
    environments.buffer_time,
    environments.heartbeat_interval,
    case when environments.max_duration is null then environments.unkept_after end,
    exists (select from deploy_queue.freezes where freezes.environment = environments.environment and freezes.lifted_at is null),
    exists (
      select from deploy_queue.maintenance_windows as opening where opening.environment = environments.environment
    )
  into v_policy
  from deploy_queue.environments
  where environments.environment = _policy.environment;
  return v_policy;
end;
$$;
