-- Takes a target from a principal that is not let in any more, or none of whose agents was there for an hour, if this one may also change where it is.
-- Called by _register_target.
create or replace function deploy_queue._leave_target_to(target text, principal text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known deploy_queue.targets;
begin
  select * into v_known from deploy_queue.targets where targets.target = _leave_target_to.target;
  if not found or v_known.owner = _leave_target_to.principal or not (
    deploy_queue._is_invalid(v_known.owner)
    or not exists (
      select from deploy_queue.agent_targets
      join deploy_queue.agents on agents.id = agent_targets.agent_id
      where agent_targets.target = v_known.target and agents.seen_at > deploy_queue._now() - interval '1 hour'
    )
  ) then
    return;
  end if;
  perform deploy_queue._require_right(v_known.environment);
  perform deploy_queue._require_scope_of_session(to_jsonb(v_known) - 'target');
  delete from deploy_queue.agent_targets where agent_targets.target = v_known.target;
  update deploy_queue.targets set owner = _leave_target_to.principal where targets.target = v_known.target;
end;
$$;
