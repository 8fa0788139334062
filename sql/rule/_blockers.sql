-- THE RULE, second half: the deployments that keep another one from starting, at most so many; null is all of them.
-- Called by everything that asks the rule. _blocked_by puts what it returns into words.
create or replace function deploy_queue._blockers(
  candidate deploy_queue.deployments,
  policy deploy_queue.policies,
  at_most integer
)
returns table (kind text, until timestamptz, blocker deploy_queue.deployments)
language plpgsql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_exception boolean := policy.is_frozen and deploy_queue._is_exception(candidate);
begin
  return query
  select case when running.stop_timestamp is null then 'running' else 'stopping' end,
    -- Once it is over, the end is not known any more.
    case when running.stop_timestamp + running.stop_grace > policy.as_of then running.stop_timestamp + running.stop_grace end,
    running.deployment
  from deploy_queue._running as running
  where running.cell_id = candidate.cell_id
    and running.id is distinct from candidate.id
    and (running.concurrency_key = candidate.concurrency_key) is not true

  union all

  select 'buffer', finished.finish_timestamp + policy.buffer_time, finished
  from deploy_queue.deployments as finished
  where finished.cell_id = candidate.cell_id
    and finished.finish_timestamp > policy.as_of - policy.buffer_time
    -- Further ahead it is only after the clock was set back: then it says nothing, and nothing waits for hours.
    and finished.finish_timestamp < policy.as_of + policy.buffer_time
    and (finished.concurrency_key = candidate.concurrency_key) is not true

  union all

  select 'queued', null, ahead.deployment
  from deploy_queue._queued as ahead
  where ahead.cell_id = candidate.cell_id
    and deploy_queue._precedes(ahead.deployment, candidate, policy.as_of)
    and not (v_is_exception and deploy_queue._overtakes(candidate, ahead.deployment))

  limit _blockers.at_most;
end;
$$;
