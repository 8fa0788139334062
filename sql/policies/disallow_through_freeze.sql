-- Takes back that a freeze lets a deployment through: it waits with the others. What has started goes on.
-- Called by operators.
create or replace function deploy_queue.disallow_through_freeze(freeze_id integer, deployment_id bigint) returns deploy_queue.freezes
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_freeze deploy_queue.freezes := deploy_queue._freeze(disallow_through_freeze.freeze_id);
  -- Row before cell, as everywhere. A start that is being decided now comes first.
  v_deployment deploy_queue.deployments := deploy_queue._lock_row(disallow_through_freeze.deployment_id);
begin
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;
  if v_deployment.start_timestamp is not null then
    raise exception using
      errcode = 'QD007',
      message = deploy_queue._label(v_deployment) || ' is running already',
      hint = format('deploy_queue.cancel(%s) stops it.', v_deployment.id);
  end if;

  update deploy_queue.freezes
  set allow_ids = array_remove(freezes.allow_ids, v_deployment.id)
  where freezes.id = v_freeze.id
    and (freezes.lifted_at is not null or v_deployment.id = any (freezes.allow_ids))
  returning freezes.* into v_freeze;
  if found then
    insert into deploy_queue.deployment_events (deployment_id, kind, reason, detail)
    values (
      v_deployment.id, 'disallowed', format('freeze %s holds it again: %s', v_freeze.id, v_freeze.reason),
      jsonb_build_object('freeze_id', v_freeze.id)
    );
    -- It says what it waits for now.
    if v_deployment.alive_until is not null then
      perform deploy_queue._tell(v_deployment.id, 'policy');
    end if;
  else
    v_freeze := deploy_queue._freeze(disallow_through_freeze.freeze_id);
    raise notice 'freeze % does not let % through by its number', v_freeze.id, deploy_queue._label(v_deployment);
  end if;
  return v_freeze;
end;
$$;

comment on function deploy_queue.disallow_through_freeze(integer, bigint) is
  'Takes back that a freeze lets a deployment through, which waits with the others then, and returns the freeze. One that has started is refused. The event "disallowed" says who has.';
