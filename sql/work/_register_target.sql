-- Notes what an agent says of a target. Where agents contradict each other, the newest change counts: what one says that has said so before
-- changes nothing for as long as an agent is there that says what is known.
-- Called by register_targets. stated: as columns of targets.
create or replace function deploy_queue._register_target(agent_id integer, owner text, target text, stated jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known deploy_queue.targets;
  v_given deploy_queue.targets := jsonb_populate_record(
    null::deploy_queue.targets,
    _register_target.stated || jsonb_build_object('target', _register_target.target, 'owner', _register_target.owner)
  );
begin
  perform deploy_queue._leave_target_to(_register_target.target, _register_target.owner);
  insert into deploy_queue.targets select v_given.* on conflict do nothing;
  select * into v_known from deploy_queue.targets where targets.target = _register_target.target;
  if v_known.owner <> _register_target.owner then
    raise exception using errcode = 'QD124',
      message = format('target %s belongs to %s', quote_literal(v_known.target), v_known.owner),
      hint = 'Agents of one target have one login or token. Another one takes the target over when the token is revoked or has expired, or when none of its agents has been there for an hour.';
  end if;
  if v_known is distinct from v_given and not (
    exists (
      select from deploy_queue.agent_targets as before
      where before.agent_id = _register_target.agent_id and before.target = v_known.target and before.stated = _register_target.stated
    )
    and exists (
      select from deploy_queue.agent_targets as other
      join deploy_queue.agents on agents.id = other.agent_id
      where other.target = v_known.target and other.agent_id <> _register_target.agent_id
        and deploy_queue._is_there(agents) and other.stated = to_jsonb(v_known) - 'target' - 'owner'
    )
  ) then
    update deploy_queue.targets
    set environment = v_given.environment, cloud_provider = v_given.cloud_provider, region = v_given.region, cell_index = v_given.cell_index,
      component = v_given.component, directories = v_given.directories, refs = v_given.refs
    where targets.target = v_known.target;
  end if;
  insert into deploy_queue.agent_targets (agent_id, target, stated)
  values (_register_target.agent_id, v_known.target, _register_target.stated)
  on conflict on constraint agent_targets_pkey do update set stated = excluded.stated;
end;
$$;
