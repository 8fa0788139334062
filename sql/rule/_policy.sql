-- What a cell and its environment demand of deployments at this moment, read once for a decision. What components demand otherwise is
-- looked up for each of them, where there is any (_demands).
-- Called by the rule, the line and the wake-ups.
create or replace function deploy_queue._policy(environment text, cell_id integer) returns deploy_queue.policies
language plpgsql stable
-- Only functions with a search_path of their own call it: setting it once more costs as much as a short function.
as $$
declare
  v_policy deploy_queue.policies;
  v_now timestamptz := deploy_queue._now();
begin
  select
    v_now,
    general.buffer_time,
    least(general.heartbeat_timeout / 3, interval '30 seconds'),
    case when general.max_duration is null then general.unkept_after end,
    exists (
      select from deploy_queue.freezes
      where freezes.environment = general.environment and freezes.lifted_at is null
        and (freezes.expires_at is null or freezes.expires_at > v_now)
    ),
    case when exists (
      select from deploy_queue.maintenance_windows as opening where opening.environment = general.environment
    ) then deploy_queue._outside_windows(general.environment, v_now) end,
    coalesce((select cells.slots from deploy_queue.cells where cells.id = _policy.cell_id), general.slots),
    general.buffer_time,
    exists (select from deploy_queue.component_policies as own where own.environment = general.environment),
    general.ordering <> 'sequential' or general.refuse_outdated
      or exists (select from deploy_queue.bad_versions as mark where mark.lifted_at is null),
    coalesce(general.confirmation, general.promote_from) is not null or general.approvals > 0 or general.require_checks <> '{}',
    exists (select from deploy_queue.line_holds as held where held.environment = general.environment),
    false,
    case
      when _policy.cell_id is null then exists (select from deploy_queue.component_lines)
      else exists (select from deploy_queue.component_lines as line where line.cell_id = _policy.cell_id)
    end
  into v_policy
  from deploy_queue.environments as general
  where general.environment = _policy.environment;

  if v_policy.has_component_policies then
    select
      greatest(v_policy.heartbeat_interval, least(max(own.heartbeat_timeout) / 3, interval '30 seconds')),
      greatest(v_policy.longest_buffer, max(own.buffer_time)),
      v_policy.drops or coalesce(bool_or(own.ordering <> 'sequential' or own.refuse_outdated), false),
      v_policy.has_gates or coalesce(bool_or(
        coalesce(nullif(own.confirmation, ''), nullif(own.promote_from, '')) is not null
        or own.approvals > 0 or own.require_checks <> '{}'
      ), false)
    into v_policy.heartbeat_interval, v_policy.longest_buffer, v_policy.drops, v_policy.has_gates
    from deploy_queue.component_policies as own
    where own.environment = _policy.environment;
  end if;
  if v_policy.is_frozen or v_policy.has_held_lines then
    v_policy.has_exceptions := v_policy.has_held_lines or exists (
      select from deploy_queue.freezes
      where freezes.environment = _policy.environment and freezes.lifted_at is null
        and (freezes.expires_at is null or freezes.expires_at > v_now)
        and (coalesce(freezes.allow_role, freezes.allow_actor) is not null or freezes.allow_ids <> '{}')
    );
  end if;
  return v_policy;
end;
$$;
