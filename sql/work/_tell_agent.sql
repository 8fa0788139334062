-- Notifies an agent that it is of use to call take_work(), or register_targets().
-- Called by _tell_agents and _register_agent.
create or replace function deploy_queue._tell_agent(id integer) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._notify('deploy_queue_agent_' || _tell_agent.id);
  if deploy_queue._has_followers() then
    perform deploy_queue._notify('deploy_queue_told', 'agent ' || _tell_agent.id);
  end if;
end;
$$;
