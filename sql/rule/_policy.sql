-- What a cell and its environment demand of deployments at this moment, read once for a decision. What components demand otherwise is
-- looked up for each of them, where there is any (_demands).
-- Called by the rule, the line and the wake-ups.
create or replace function deploy_queue._policy(environment text, cell_id integer) returns deploy_queue.policies
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_policy deploy_queue.policies;
  v_now timestamptz := deploy_queue._now();
begin
  select
    v_now,
    environments.buffer_time,
    least(greatest(environments.heartbeat_timeout, own.longest_timeout) / 3, interval '30 seconds'),
    case when environments.max_duration is null then environments.unkept_after end,
    frozen.has_exceptions is not null,
    case when exists (
      select from deploy_queue.maintenance_windows as opening where opening.environment = environments.environment
    ) then deploy_queue._outside_windows(environments.environment, v_now) end,
    coalesce((select cells.slots from deploy_queue.cells where cells.id = _policy.cell_id), environments.slots),
    greatest(environments.buffer_time, own.longest_buffer),
    own.count > 0,
    environments.ordering <> 'sequential' or environments.refuse_outdated or coalesce(own.drops, false)
      or exists (select from deploy_queue.bad_versions as mark where mark.lifted_at is null),
    coalesce(environments.confirmation, environments.promote_from) is not null or environments.approvals > 0
      or environments.require_checks <> '{}' or coalesce(own.has_gates, false),
    held.has_lines,
    held.has_lines or coalesce(frozen.has_exceptions, false)
  into v_policy
  from deploy_queue.environments
  cross join lateral (
    select count(*) as count, max(policies.buffer_time) as longest_buffer,
      max(policies.heartbeat_timeout) as longest_timeout,
      bool_or(policies.ordering <> 'sequential' or policies.refuse_outdated) as drops,
      bool_or(
        coalesce(nullif(policies.confirmation, ''), nullif(policies.promote_from, '')) is not null
        or policies.approvals > 0 or policies.require_checks <> '{}'
      ) as has_gates
    from deploy_queue.component_policies as policies
    where policies.environment = environments.environment
  ) as own
  cross join lateral (
    -- Null where no freeze is in force.
    select bool_or(coalesce(freezes.allow_role, freezes.allow_actor) is not null or freezes.allow_ids <> '{}') as has_exceptions
    from deploy_queue.freezes
    where freezes.environment = environments.environment and freezes.lifted_at is null
      and (freezes.expires_at is null or freezes.expires_at > v_now)
  ) as frozen
  cross join lateral (
    select exists (select from deploy_queue.line_holds where line_holds.environment = environments.environment) as has_lines
  ) as held
  where environments.environment = _policy.environment;
  return v_policy;
end;
$$;
