-- THE RULE: everything that keeps a deployment from starting, one row a reason; no row means it may start. Whoever only wants
-- to know whether there is a reason asks for one at most; null is for all of them.
-- Called by waiting_on, try_start, the guard and the wake-ups. A new rule is a new branch.
create or replace function deploy_queue._waiting_on(
  candidate deploy_queue.deployments,
  at_most integer
)
returns setof deploy_queue.reason
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
-- Planning anew at every look, or compiling what is estimated from all of history, would take longer than the rest.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_buffer_time interval;
  -- Of whose last two beats nothing was heard.
  v_silent_before timestamptz;
  -- Most places have neither freezes nor windows, and most deployments nothing of their own.
  v_freezes boolean;
  v_windows boolean;
  v_is_exception boolean;
begin
  select
    environments.buffer_time,
    v_now - 2 * environments.heartbeat_interval,
    exists (
      select from deploy_queue.freezes where freezes.environment = candidate.environment and freezes.lifted_at is null
    ),
    exists (
      select from deploy_queue.maintenance_windows as policy where policy.environment = candidate.environment
    )
  into v_buffer_time, v_silent_before, v_freezes, v_windows
  from deploy_queue.environments
  where environments.environment = candidate.environment;
  v_is_exception := v_freezes and deploy_queue._is_exception(candidate);

  return query

  select withheld.* from deploy_queue._withheld(candidate) as withheld
  where v_freezes or v_windows or num_nonnulls(candidate.hold, candidate.not_before, candidate.not_after) > 0

  union all

  select 'running',
    deploy_queue._label(blocker) || concat(' is running', ', without a heartbeat since '
      || case when blocker.heartbeat_timestamp < v_silent_before then date_trunc('second', blocker.heartbeat_timestamp) end),
    null::timestamptz, blocker.id
  from deploy_queue.deployments as blocker
  where blocker.cell_id = candidate.cell_id
    and blocker.start_timestamp is not null
    and blocker.finish_timestamp is null
    and blocker.cancellation_timestamp is null
    and blocker.id is distinct from candidate.id
    and (blocker.concurrency_key = candidate.concurrency_key) is not true

  union all

  select 'buffer', deploy_queue._label(blocker) || ' finished and its buffer is not over',
    blocker.finish_timestamp + v_buffer_time, blocker.id
  from deploy_queue.deployments as blocker
  where blocker.cell_id = candidate.cell_id
    and blocker.finish_timestamp > v_now - v_buffer_time
    and blocker.cancellation_timestamp is null
    and (blocker.concurrency_key = candidate.concurrency_key) is not true

  union all

  select 'queued',
    deploy_queue._label(blocker) || concat(' is ahead in the line',
      case when blocker.priority <> candidate.priority then format(' with priority %s', blocker.priority) end,
      case when blocker.hold is not null then ', on hold until somebody releases it' end, ', without a heartbeat since '
      || case when blocker.heartbeat_timestamp < v_silent_before then date_trunc('second', blocker.heartbeat_timestamp) end),
    null::timestamptz, blocker.id
  from deploy_queue.deployments as blocker
  where blocker.cell_id = candidate.cell_id
    and blocker.start_timestamp is null
    and blocker.finish_timestamp is null
    and blocker.cancellation_timestamp is null
    -- In the words of the index; _is_ahead says the same. Who has no id yet comes last.
    and (- blocker.priority, coalesce(blocker.place, blocker.id))
      < (- candidate.priority, coalesce(candidate.place, candidate.id, 9223372036854775807))
    and (blocker.concurrency_key = candidate.concurrency_key) is not true
    -- Held outside the line, not to start yet, or frozen where the candidate is not: it lets others pass.
    and blocker.hold is distinct from 'outside'
    and (blocker.not_before > v_now) is not true
    and not (v_is_exception and deploy_queue._overtakes(candidate, blocker))

  limit _waiting_on.at_most;
end;
$$;
