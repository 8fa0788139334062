-- Notifies the agents of a target that it is of use to call take_work().
-- Called when work enters, and when it has its turn.
create or replace function deploy_queue._tell_agents(target text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id integer;
  v_has_followers boolean := deploy_queue._has_followers();
begin
  for v_id in
    select agent_targets.agent_id from deploy_queue.agent_targets where agent_targets.target = _tell_agents.target order by 1
  loop
    perform deploy_queue._notify('deploy_queue_agent_' || v_id);
    if v_has_followers then
      perform deploy_queue._notify('deploy_queue_told', 'agent ' || v_id);
    end if;
  end loop;
end;
$$;
