-- Notifies the agents of a target that it is of use to call take_work().
-- Called when work enters, and when it has its turn.
create or replace function deploy_queue._tell_agents(target text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id integer;
begin
  for v_id in
    select agent_targets.agent_id from deploy_queue.agent_targets where agent_targets.target = _tell_agents.target order by 1
  loop
    perform deploy_queue._tell_agent(v_id);
  end loop;
end;
$$;
