-- Says that an agent takes nothing more, so that what waits for its targets says so at once. Any later call of it takes that back.
-- Called by agents that end.
create or replace function deploy_queue.leave_work(agent text) returns void
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent deploy_queue.agents := deploy_queue._agent(leave_work.agent);
begin
  update deploy_queue.agents set has_left = true where agents.id = v_agent.id;
end;
$$;

comment on function deploy_queue.leave_work(text) is
  'Says that an agent has ended, so that nobody counts on it. Until then it counts as being there for 150 seconds after its last call.';
