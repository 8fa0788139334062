-- The decision: whether a deployment may start now. A start that only asks (start_timestamp = infinity) gets "no"; a start that
-- states its moment is refused. Called by the triggers, so that plain INSERT and UPDATE obey the rule, and by try_start, whose
-- look locks nothing; and, with the policy that it knows, by _free_heads.
create or replace function deploy_queue._may_start(
  candidate deploy_queue.deployments,
  only_asks boolean,
  policy deploy_queue.policies default null
) returns boolean
language plpgsql volatile
-- Only functions with a search_path of their own call it: setting it once more costs as much as a short function.
as $$
declare
  v_policy deploy_queue.policies;
  v_holder deploy_queue.deployments;
  v_may boolean;
begin
  -- What has joined a holder is a part of its work and stands in no line.
  if candidate.joined_id is not null then
    select (running.deployment).* into v_holder
    from deploy_queue._running as running
    where running.cell_id = candidate.cell_id and running.id = candidate.joined_id;
    perform deploy_queue._require_hold(candidate, v_holder);
    return true;
  end if;

  v_policy := coalesce(_may_start.policy, deploy_queue._policy(candidate.environment, candidate.cell_id));
  v_may := deploy_queue._withheld(candidate, v_policy) = '{}';
  -- Most cells are empty: nothing runs, cools down or waits there. To find that out costs a quarter of the question who blocks.
  if v_may and exists (
    select from deploy_queue._running as running where running.cell_id = candidate.cell_id and running.id is distinct from candidate.id
    union all
    select from deploy_queue._queued as queued where queued.cell_id = candidate.cell_id and queued.id is distinct from candidate.id
    union all
    select from deploy_queue.deployments as finished
    where finished.cell_id = candidate.cell_id and finished.finish_timestamp > v_policy.as_of - v_policy.longest_buffer
  ) then
    v_may := not exists (select from deploy_queue._blockers(candidate, v_policy, 1));
  end if;
  if not v_may and only_asks is not true then
    raise exception using
      errcode = 'QD003',
      message = format('%s may not start: %s', deploy_queue._label(candidate),
        deploy_queue._reasons_text(deploy_queue._waiting_on(candidate, 100))),
      hint = 'deploy_queue.try_start() starts it when its turn comes; deploy_queue.waiting_on() says what it waits for.';
  end if;
  return v_may;
end;
$$;
