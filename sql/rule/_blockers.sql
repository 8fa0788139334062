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
  v_candidate deploy_queue.deployments := candidate;
  v_found bigint;
  v_is_exception boolean := policy.has_exceptions and deploy_queue._is_exception(candidate);
begin
  if policy.slots > 1 then
    return query select crowd.* from deploy_queue._crowd(candidate, policy, _blockers.at_most) as crowd;
    return;
  end if;

  if candidate.sequence is not null then
    v_candidate := deploy_queue._stand(candidate);
  end if;
  return query
  select deploy_queue._holder_kind(running.deployment),
    -- Once it is over, the end is not known any more; and a keeper that is not heard may not know that it is to stop.
    case
      when running.stop_timestamp + running.stop_grace > policy.as_of
        and deploy_queue._silent_since(running.heartbeat_timestamp, policy) is null
      then running.stop_timestamp + running.stop_grace
    end,
    running.deployment
  from deploy_queue._running as running
  where running.cell_id = candidate.cell_id
    and running.id is distinct from candidate.id
    and (running.concurrency_key = candidate.concurrency_key) is not true

  union all

  select 'buffer', finished.finish_timestamp + deploy_queue._buffer_of(finished, policy), finished
  from deploy_queue.deployments as finished
  where finished.cell_id = candidate.cell_id
    and finished.finish_timestamp > policy.as_of - policy.longest_buffer
    and finished.finish_timestamp > policy.as_of - deploy_queue._buffer_of(finished, policy)
    -- Further ahead it is only after the clock was set back: then it says nothing, and nothing waits for hours.
    and finished.finish_timestamp < policy.as_of + deploy_queue._buffer_of(finished, policy)
    and (finished.concurrency_key = candidate.concurrency_key) is not true
    -- To go back does not sit out the buffer of what it undoes.
    and finished.id is distinct from candidate.rollback_of

  union all

  select 'queued', ahead.reserved_until, ahead.deployment
  from deploy_queue._queued as ahead
  where ahead.cell_id = candidate.cell_id
    and ahead.sequence is null
    and ahead.id is distinct from candidate.id
    and deploy_queue._precedes(ahead.deployment, v_candidate, policy.as_of)
    and not (v_is_exception and deploy_queue._overtakes(candidate, ahead.deployment))
    and not (policy.drops and deploy_queue._obsolete(ahead.deployment, candidate) is not null)

  limit _blockers.at_most;

  get diagnostics v_found = row_count;
  if not policy.has_sequences or v_found >= _blockers.at_most then
    return;
  end if;
  return query
  select 'queued', (ahead.deployment).reserved_until, ahead.deployment
  from deploy_queue._sequenced as ahead
  where ahead.cell_id = candidate.cell_id
    and (ahead.deployment).id is distinct from candidate.id
    and deploy_queue._precedes(ahead.deployment, v_candidate, policy.as_of)
    and not (v_is_exception and deploy_queue._overtakes(candidate, ahead.deployment))
    and not (policy.drops and deploy_queue._obsolete(ahead.deployment, candidate) is not null)

  limit _blockers.at_most - v_found;
end;
$$;
