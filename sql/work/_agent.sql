-- An agent of the caller, which shows by this call that it is there. Refuses one that has registered nothing.
-- Called by what agents call.
create or replace function deploy_queue._agent(agent text) returns deploy_queue.agents
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent deploy_queue.agents;
begin
  update deploy_queue.agents
  set seen_at = deploy_queue._now(), has_left = false
  where agents.owner = deploy_queue._principal() and agents.agent = btrim(_agent.agent)
  returning * into v_agent;
  if not found then
    raise exception using errcode = 'QD123',
      message = format('%s has registered no agent %s', deploy_queue._principal(), coalesce(quote_literal(btrim(_agent.agent)), 'null')),
      hint = 'deploy_queue.register_targets() comes first.';
  end if;
  return v_agent;
end;
$$;
