-- What a deployment waits for besides its turn, where its work is for agents and none of them is there; empty otherwise.
-- Called by waiting_on, submit, forecasts and stuck_deployments. It is no branch of the rule: those behind wait for the deployment, and an agent that comes may take it.
create or replace function deploy_queue._missing_agent(candidate deploy_queue.deployments) returns deploy_queue.reason[]
language plpgsql stable
-- Readers of a view may not read the tables.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_target text := substr(candidate.keeper, 8);
  v_seen_at timestamptz;
  v_is_there boolean;
begin
  if starts_with(candidate.keeper, 'target ') is not true or candidate.start_timestamp is not null then
    return '{}';
  end if;
  select max(agents.seen_at), bool_or(deploy_queue._is_there(agents)) into v_seen_at, v_is_there
  from deploy_queue.agent_targets
  join deploy_queue.agents on agents.id = agent_targets.agent_id
  where agent_targets.target = v_target;
  if v_is_there then
    return '{}';
  end if;
  return array[deploy_queue._reason('agent', format('it waits for an agent of target %s; %s', v_target,
    coalesce('none has been there since ' || date_trunc('second', v_seen_at), 'none serves it any more')))];
end;
$$;
