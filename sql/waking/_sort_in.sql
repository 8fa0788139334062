-- Sorts a deployment with a sequence in among those of its component, records whom it passes, and wakes the heads whose turn this brings
-- forward. One that has started at once only takes its place with it. Called when it enters the line, moves in it, or is redeemed; under the
-- lock of the cell.
create or replace function deploy_queue._sort_in(deployment deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_turns jsonb;
  v_passed integer;
begin
  -- What keeps everybody behind it waiting brings nobody's turn forward: a look at the whole line would be in vain.
  if num_nonnulls(deployment.concurrency_key, deployment.not_before, deployment.reserved_until) > 0
    or exists (select from deploy_queue.freezes where freezes.environment = deployment.environment and freezes.lifted_at is null)
  then
    v_turns := deploy_queue._turns(array[deployment.cell_id]);
  end if;
  v_passed := deploy_queue._enter_sequence(
    deployment, coalesce(deploy_queue._leave_sequence(deployment), deployment.place, deployment.id)
  );
  if v_passed > 0 then
    perform deploy_queue._refuse_passing(deploy_queue._stand(deployment));
  end if;

  insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, reason, detail)
  select deployment.id, deployment.updated_at, 'sorted', deploy_queue._status(deployment, null), deploy_queue._status(deployment, null),
    case
      when v_passed = 1 then format('its sequence %s goes before %s, which moves back', deployment.sequence, deploy_queue._label(passed))
      else format('its sequence %s goes before %s and %s more of %s, which move back among their places', deployment.sequence,
        deploy_queue._label(passed), v_passed - 1, deployment.component)
    end,
    jsonb_build_object('sequence', deployment.sequence, 'passed', v_passed, 'first', passed.id)
  from deploy_queue.component_lines as line
  join deploy_queue.deployments as passed
    on passed.id = line.deployment_ids[array_position(line.deployment_ids, deployment.id) + 1]
  where line.cell_id = deployment.cell_id and line.component = deployment.component
    and line.sequence_scope = coalesce(deployment.sequence_scope, '') and line.priority = deployment.priority
    and v_passed > 0;

  if deployment.start_timestamp is not null then
    perform deploy_queue._leave_sequence(deployment);
  end if;
  if v_passed > 0 and v_turns is not null then
    perform deploy_queue._wake_sooner(array[deployment.cell_id], v_turns);
  end if;
end;
$$;
