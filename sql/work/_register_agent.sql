-- The number of an agent, which shows by this call that it is there. A process that begins takes the name over from the one before, which may
-- have been killed a moment ago: if that still lives, it is refused from then on.
-- Called by register_targets. instance: drawn by the process; null: it is not told apart from others.
create or replace function deploy_queue._register_agent(agent text, owner text, instance text) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_agent deploy_queue.agents;
  v_before text := (
    select known.instance from deploy_queue.agents as known
    where known.owner = _register_agent.owner and known.agent = _register_agent.agent
  );
begin
  insert into deploy_queue.agents as known (agent, owner, seen_at, instance)
  values (_register_agent.agent, _register_agent.owner, v_now, _register_agent.instance)
  on conflict on constraint an_agent_has_one_name do update
  set seen_at = excluded.seen_at, has_left = false, instance = coalesce(excluded.instance, known.instance),
    -- More than ten that still live are not to be expected.
    displaced = case
      when known.instance <> excluded.instance then (known.instance || known.displaced)[1:10]
      else known.displaced
    end
  where (excluded.instance = any (known.displaced)) is not true
  returning known.* into v_agent;
  if not found then
    raise exception using errcode = 'QD127',
      message = format('another process has taken the name of agent %s', quote_literal(_register_agent.agent)),
      hint = 'Each agent needs a name of its own: "name" in its file.';
  end if;
  if v_before <> v_agent.instance then
    -- So that the one before knows at once.
    perform deploy_queue._tell_agent(v_agent.id);
  end if;
  return v_agent.id;
end;
$$;
